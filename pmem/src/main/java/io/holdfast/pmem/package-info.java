/**
 * Mapped persistent memory and durable file calls: sources, mappings, flush, drain, copies.
 *
 * <p>{@link io.holdfast.pmem.Medium} opens and maps files; {@link io.holdfast.pmem.PmemMap} is
 * memory whose stores can be made durable, {@link io.holdfast.pmem.PmemFile} a file whose writes
 * can. Programs that use the package are started with {@code
 * --enable-native-access=io.holdfast.pmem}, or {@code ALL-UNNAMED} on the class path.
 *
 * <h2>Settings</h2>
 *
 * <p>The environment variables of libpmem and libpmem2 mean here what they mean there. Each has a
 * system property, which wins over the variable.
 *
 * <table class="striped">
 *   <caption>Environment variables and properties</caption>
 *   <thead>
 *     <tr><th>variable</th><th>property {@code io.holdfast.pmem.…}</th><th>meaning</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>{@code PMEM2_FORCE_GRANULARITY}</td><td>{@code forceGranularity}</td>
 *         <td>{@code BYTE}, {@code CACHE_LINE} or {@code PAGE}: what shared mappings are taken for, whatever they are; read
 *             at every mapping</td></tr>
 *     <tr><td>{@code PMEM_NO_CLWB=1}</td><td>{@code noClwb}</td><td>flushes without CLWB</td></tr>
 *     <tr><td>{@code PMEM_NO_CLFLUSHOPT=1}</td><td>{@code noClflushopt}</td><td>flushes without CLFLUSHOPT</td></tr>
 *     <tr><td>{@code PMEM_NO_FLUSH}</td><td>{@code noFlush}</td>
 *         <td>1: flushes nothing, as if the platform wrote its caches back when power fails; 0: flushes even if it
 *             does</td></tr>
 *     <tr><td>{@code PMEM_NO_MOVNT=1}</td><td>{@code noMovnt}</td><td>never stores past the caches</td></tr>
 *     <tr><td>{@code PMEM_MOVNT_THRESHOLD}</td><td>{@code movntThreshold}</td>
 *         <td>the length in bytes from which copies go past the caches, 256 by default</td></tr>
 *     <tr><td>{@code PMEM_AVX=0}</td><td>{@code avx}</td><td>copies without 32-byte stores</td></tr>
 *     <tr><td>{@code PMEM_AVX512F=0}</td><td>{@code avx512f}</td><td>copies without 64-byte stores</td></tr>
 *     <tr><td></td><td>{@code noExecutable=true}</td>
 *         <td>runs no machine code of ours: cache lines cannot be flushed, and every shared mapping has PAGE
 *             granularity</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>What is found out and decided is logged to {@code io.holdfast.pmem} at level DEBUG.
 */
package io.holdfast.pmem;
