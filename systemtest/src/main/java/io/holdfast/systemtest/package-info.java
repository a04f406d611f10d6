/** The host's side of the system test: packages, images, machines, and who judges. */
package io.holdfast.systemtest;
