/** Example programs and their crash cases. */
package io.holdfast.examples;
