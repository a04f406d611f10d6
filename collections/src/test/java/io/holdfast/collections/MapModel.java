package io.holdfast.collections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;

/**
 * A map of any kinds beside a {@link TreeMap} that it must equal: keys and values are drawn as
 * numbers, and turned into what the kinds ask for in a way that keeps their order.
 */
final class MapModel {
  private final PersistentMap map;
  NavigableMap<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);

  MapModel(PersistentMap map) {
    this.map = map;
  }

  /** {@return a key of bytes; many have their first eight bytes in common, some all of another} */
  static byte[] keyBytes(long key) {
    byte[] name = ("key-" + (key >>> 3)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
    int tail = (int) (key & 7);
    if (tail == 7) {
      name = Arrays.copyOf(name, 1500);
    }
    byte[] bytes = Arrays.copyOf(name, name.length + tail);
    Arrays.fill(bytes, name.length, bytes.length, (byte) (tail == 6 ? 0xFF : 0));
    return bytes;
  }

  static byte[] valueBytes(long value) {
    byte[] bytes = new byte[(int) ((value & 15) == 15 ? 3000 + value % 1000 : value % 60)];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** Eight bytes whose order as bytes is the number's. */
  static byte[] ordered(long number) {
    byte[] bytes = new byte[8];
    for (int i = 0; i < 8; i++) {
      bytes[i] = (byte) ((number ^ Long.MIN_VALUE) >>> (56 - 8 * i));
    }
    return bytes;
  }

  byte[] modelKey(long key) {
    return map.keys() == Kind.LONG ? ordered(key) : keyBytes(key);
  }

  byte[] modelValue(long value) {
    return map.values() == Kind.LONG ? ordered(value) : valueBytes(value);
  }

  boolean put(Change how, long key, long value) {
    if (map.keys() == Kind.LONG && map.values() == Kind.LONG) {
      return switch (how) {
        case PUT -> map.put(key, value);
        case PUT_IF_ABSENT -> map.putIfAbsent(key, value);
        default -> map.replace(key, value);
      };
    }
    if (map.keys() == Kind.LONG) {
      byte[] bytes = valueBytes(value);
      return switch (how) {
        case PUT -> map.put(key, bytes);
        case PUT_IF_ABSENT -> map.putIfAbsent(key, bytes);
        default -> map.replace(key, bytes);
      };
    }
    byte[] name = keyBytes(key);
    if (map.values() == Kind.LONG) {
      return switch (how) {
        case PUT -> map.put(name, value);
        case PUT_IF_ABSENT -> map.putIfAbsent(name, value);
        default -> map.replace(name, value);
      };
    }
    byte[] bytes = valueBytes(value);
    return switch (how) {
      case PUT -> map.put(name, bytes);
      case PUT_IF_ABSENT -> map.putIfAbsent(name, bytes);
      default -> map.replace(name, bytes);
    };
  }

  boolean remove(long key) {
    return map.keys() == Kind.LONG ? map.remove(key) : map.remove(keyBytes(key));
  }

  byte[] get(long key) {
    boolean longKey = map.keys() == Kind.LONG;
    if (map.values() == Kind.BYTES) {
      return longKey ? map.getBytes(key) : map.getBytes(keyBytes(key));
    }
    long value = longKey ? map.get(key, -1) : map.get(keyBytes(key), -1);
    return value == -1 ? null : ordered(value);
  }

  boolean contains(long key) {
    return map.keys() == Kind.LONG ? map.contains(key) : map.contains(keyBytes(key));
  }

  /** Does one operation on both. */
  void operate(Random random, int keySpace, int removesOfTen) {
    long key = random.nextInt(keySpace);
    long value = random.nextInt(10_000);
    byte[] name = modelKey(key);
    byte[] before = expected.get(name);
    int dice = random.nextInt(10);
    if (dice < removesOfTen) {
      assertThat(remove(key)).isEqualTo(before != null);
      expected.remove(name);
    } else if (dice == 9) {
      assertThat(put(Change.PUT_IF_ABSENT, key, value)).isEqualTo(before == null);
      expected.putIfAbsent(name, modelValue(value));
    } else if (dice == 8) {
      assertThat(put(Change.REPLACE, key, value)).isEqualTo(before != null);
      expected.replace(name, modelValue(value));
    } else {
      assertThat(put(Change.PUT, key, value)).isEqualTo(before == null);
      expected.put(name, modelValue(value));
    }
    assertThat(get(key)).isEqualTo(expected.get(name));
    assertThat(contains(key)).isEqualTo(expected.containsKey(name));
  }

  void assertEqual() {
    assertThat(map.verify()).isEmpty();
    assertThat(map.size()).isEqualTo(expected.size());
    assertThat(map.isEmpty()).isEqualTo(expected.isEmpty());
    if (map instanceof BPlusTree tree) {
      assertEqualInOrder(tree);
    } else if (map instanceof HashTable table) {
      assertEqualInAnyOrder(table);
    }
  }

  private void assertEqualInOrder(BPlusTree tree) {
    TreeCursor cursor = tree.cursor();
    boolean there = cursor.first();
    for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
      assertThat(there).isTrue();
      assertAt(cursor, entry);
      there = cursor.next();
    }
    assertThat(there).isFalse();
    there = cursor.last();
    for (Map.Entry<byte[], byte[]> entry : expected.descendingMap().entrySet()) {
      assertThat(there).isTrue();
      assertAt(cursor, entry);
      there = cursor.previous();
    }
    assertThat(there).isFalse();
  }

  private void assertEqualInAnyOrder(HashTable table) {
    HashCursor cursor = table.cursor();
    NavigableMap<byte[], byte[]> met = new TreeMap<>(Arrays::compareUnsigned);
    for (boolean there = cursor.first(); there; there = cursor.next()) {
      byte[] key = map.keys() == Kind.LONG ? ordered(cursor.key()) : cursor.keyBytes();
      byte[] value = map.values() == Kind.LONG ? ordered(cursor.value()) : cursor.valueBytes();
      assertThat(met.put(key, value)).isNull();
      assertThat(value).isEqualTo(expected.get(key));
    }
    assertThat(met).hasSameSizeAs(expected);
  }

  void assertAt(TreeCursor cursor, Map.Entry<byte[], byte[]> entry) {
    assertThat(map.keys() == Kind.LONG ? ordered(cursor.key()) : cursor.keyBytes())
        .isEqualTo(entry.getKey());
    assertThat(map.values() == Kind.LONG ? ordered(cursor.value()) : cursor.valueBytes())
        .isEqualTo(entry.getValue());
  }
}
