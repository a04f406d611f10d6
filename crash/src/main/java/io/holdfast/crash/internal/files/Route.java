package io.holdfast.crash.internal.files;

/**
 * Where a path of a program leads on a medium.
 *
 * @param files the medium
 * @param path the absolute path there
 * @param shown how the program spells it, for messages
 */
record Route(MediumFiles files, String path, String shown) {}
