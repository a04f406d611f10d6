/** The guest's side of the system test: what is run and checked on real DAX. */
package io.holdfast.systemtest.guest;
