/** Power-failure simulator and crash-state explorer. */
package io.holdfast.crash;
