package io.holdfast.crash.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.crash.CrashExploration;
import io.holdfast.crash.CrashReport;
import io.holdfast.crash.FileSystemModel;
import io.holdfast.crash.SimulatedMedium;
import io.holdfast.pmem.Granularity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.Test;

/** Lucene's commit: "all changes are visible and survive an operating system crash". */
class LuceneTest {
  private static final int SAMPLES = Integer.getInteger("holdfast.samples", 8);

  /** Everything a commit returned for is there after any crash, in an index that existed before. */
  @Test
  void commit_survivesEveryCrashTried() {
    CrashReport report =
        exploration()
            .prepare(
                (medium, _) -> {
                  Files.createDirectory(medium.folder().resolve("index"));
                  add(medium, "one");
                })
            .check(
                (medium, log) -> {
                  Set<String> ids = ids(medium);
                  assertThat(ids).contains("one");
                  if (log.hasAcknowledged("two")) {
                    assertThat(ids).contains("two");
                  }
                  return ids.toString();
                })
            .explore();
    report.assertConsistent();
    assertThat(report.states()).isGreaterThan(200);
    assertThat(report.outcomes().getLast().states()).containsOnlyKeys("[one, two]");
  }

  /** An index that a crash has left can be written on, whatever files are lying about in it. */
  @Test
  void indexLeftByACrash_takesMore() {
    exploration()
        .prepare(
            (medium, _) -> {
              Files.createDirectory(medium.folder().resolve("index"));
              add(medium, "one");
            })
        .samples(2)
        .exhaustiveUpTo(4)
        .verify(
            (medium, _) -> {
              add(medium, "three");
              assertThat(ids(medium)).contains("one", "three");
            })
        .explore()
        .assertConsistent();
  }

  /**
   * Found: Lucene makes the index's folder where it is missing and synchronises what is in it, but
   * not the folder above. So all of a first commit may be lost, with the folder.
   */
  @Test
  void firstCommit_isLostWithTheFolderThatLuceneMade() {
    CrashReport report = firstCommit(FileSystemModel.POSIX);
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().getFirst().acknowledged()).containsExactly("two");
    assertThat(report.failures().getFirst().crashes().getLast().lost())
        .singleElement()
        .asString()
        .contains("folder /index made");
  }

  /** On ext4 the sync of the first file takes the folder's making with it. */
  @Test
  void firstCommit_survivesOnExt4() {
    firstCommit(FileSystemModel.EXT4_ORDERED).assertConsistent();
  }

  private static CrashReport firstCommit(FileSystemModel fileSystem) {
    return exploration()
        .fileSystem(fileSystem)
        .check(
            (medium, log) -> {
              Set<String> ids = ids(medium);
              if (log.hasAcknowledged("two")) {
                assertThat(ids).contains("two");
              }
              return ids.toString();
            })
        .explore();
  }

  private static CrashExploration exploration() {
    return CrashExploration.of(Granularity.PAGE)
        .run(
            (medium, log) -> {
              add(medium, "two");
              log.acknowledge("two");
            })
        .exhaustiveUpTo(32)
        .samples(SAMPLES)
        .crashesInRecovery(0);
  }

  private static Directory open(SimulatedMedium medium) throws IOException {
    return FSDirectory.open(medium.folder().resolve("index"));
  }

  private static void add(SimulatedMedium medium, String id) throws IOException {
    IndexWriterConfig config =
        new IndexWriterConfig(new StandardAnalyzer()).setMergeScheduler(new SerialMergeScheduler());
    try (Directory directory = open(medium);
        IndexWriter writer = new IndexWriter(directory, config)) {
      Document document = new Document();
      document.add(new StringField("id", id, Field.Store.YES));
      writer.addDocument(document);
      writer.commit();
    }
  }

  private static Set<String> ids(SimulatedMedium medium) throws IOException {
    Set<String> ids = new TreeSet<>();
    Path folder = medium.folder().resolve("index");
    if (!Files.exists(folder)) {
      return ids;
    }
    try (Directory directory = open(medium);
        DirectoryReader reader = DirectoryReader.open(directory)) {
      for (int i = 0; i < reader.maxDoc(); i++) {
        ids.add(reader.storedFields().document(i).get("id"));
      }
    } catch (IndexNotFoundException e) {
      // No commit has arrived yet.
      return ids;
    }
    return ids;
  }
}
