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
 * system property, which wins over the variable. Unless the table says otherwise a setting is read
 * once, when the first file is mapped; a value that makes no sense counts as none.
 *
 * <table class="striped">
 *   <caption>Environment variables and properties</caption>
 *   <thead>
 *     <tr><th>variable</th><th>property {@code io.holdfast.pmem.…}</th><th>meaning</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>{@code PMEM2_FORCE_GRANULARITY}</td><td>{@code forceGranularity}</td>
 *         <td>{@code BYTE}, {@code CACHE_LINE} or {@code PAGE}: what shared mappings are taken for, whatever
 *             they are; read at every mapping</td></tr>
 *     <tr><td>{@code PMEM_IS_PMEM_FORCE}</td><td>{@code isPmemForce}</td>
 *         <td>1: shared mappings are taken for {@code CACHE_LINE}, unless the setting above names another
 *             granularity, and {@link io.holdfast.pmem.Pmem#isPmem} says yes to everything; 0: {@code PAGE},
 *             and it says no; read each time</td></tr>
 *     <tr><td>{@code PMEM_NO_CLWB=1}</td><td>{@code noClwb}</td>
 *         <td>flushes without CLWB</td></tr>
 *     <tr><td>{@code PMEM_NO_CLFLUSHOPT=1}</td><td>{@code noClflushopt}</td>
 *         <td>flushes without CLFLUSHOPT</td></tr>
 *     <tr><td>{@code PMEM_NO_FLUSH}</td><td>{@code noFlush}</td>
 *         <td>1: flushes nothing, as if the platform wrote its caches back when power fails; 0: flushes even
 *             if it does</td></tr>
 *     <tr><td>{@code PMEM_NO_MOVNT}</td><td>{@code noMovnt}</td>
 *         <td>1: never stores past the caches; 0: does so on any processor. By default only on Intel's: on
 *             others such a store may stay in the cache, where a fence does not make it durable</td></tr>
 *     <tr><td>{@code PMEM_MOVNT_THRESHOLD}</td><td>{@code movntThreshold}</td>
 *         <td>the length in bytes from which copies go past the caches; by default 256, and 8 for copies
 *             that end with a fence</td></tr>
 *     <tr><td>{@code PMEM_AVX=0}</td><td>{@code avx}</td>
 *         <td>copies without 32-byte stores</td></tr>
 *     <tr><td>{@code PMEM_AVX512F=0}</td><td>{@code avx512f}</td>
 *         <td>copies without 64-byte stores</td></tr>
 *     <tr><td>{@code PMEM_MMAP_HINT}</td><td>{@code mmapHint}</td>
 *         <td>a hexadecimal address: mappings lie at the first free place above it, not at random</td></tr>
 *     <tr><td>{@code PMEM2_LOG_LEVEL}, {@code PMEM_LOG_LEVEL}</td><td>{@code logLevel}</td>
 *         <td>0 to 4, 0 by default: what is traced, see below; the first variable wins</td></tr>
 *     <tr><td>{@code PMEM2_LOG_FILE}, {@code PMEM_LOG_FILE}</td><td>{@code logFile}</td>
 *         <td>the file that receives the trace, with the process id appended if the name ends in {@code -};
 *             standard error by default</td></tr>
 *     <tr><td></td><td>{@code noExecutable=true}</td>
 *         <td>runs no machine code of ours: cache lines cannot be flushed, and every shared mapping has PAGE
 *             granularity</td></tr>
 *     <tr><td></td><td>{@code sysfs}</td>
 *         <td>for tests: a folder that is read in place of {@code /sys}, so that it can present any machine;
 *             read each time</td></tr>
 *     <tr><td>{@code PMEM_MOVDIR64B}</td><td></td>
 *         <td>none: copies never use the instruction MOVDIR64B, which libpmem does on request only</td></tr>
 *     <tr><td>{@code PMEM_WC_WORKAROUND}</td><td></td>
 *         <td>none: it rations the write-combining buffers of early processors between libpmem's stores; our copies
 *             past the caches store whole lines one by one</td></tr>
 *     <tr><td>{@code PMEM_NO_GENERIC_MEMCPY}</td><td></td>
 *         <td>none: it has libpmem keep aligned 8-byte words whole on processors without vector stores; here they
 *             always are</td></tr>
 *   </tbody>
 * </table>
 *
 * <h2>What is logged</h2>
 *
 * <p>The debug levels are those of libpmem's debugging build, and the same traces go to the logger
 * {@code io.holdfast.pmem}, whatever {@code PMEM2_LOG_LEVEL} says.
 *
 * <table class="striped">
 *   <caption>Debug levels</caption>
 *   <thead>
 *     <tr><th>level</th><th>the logger's</th><th>what it adds</th></tr>
 *   </thead>
 *   <tbody>
 *     <tr><td>0</td><td>WARNING</td><td>what the user should know; only to the logger</td></tr>
 *     <tr><td>1</td><td>DEBUG</td><td>each error, with the values that its exception names</td></tr>
 *     <tr><td>2</td><td>DEBUG</td><td>basic operations: mapping, unmapping, reserving addresses, clearing bad
 *         blocks, and what they found out</td></tr>
 *     <tr><td>3</td><td>TRACE</td><td>every call that flushes, copies or waits, with its range</td></tr>
 *     <tr><td>4</td><td>TRACE</td><td>system calls and pages first touched</td></tr>
 *   </tbody>
 * </table>
 *
 * <p>Whether levels 3 and 4 are wanted is found out once, so that they cost nothing where they are
 * not.
 */
package io.holdfast.pmem;
