package io.holdfast.heap.internal.typed;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Double;
import static java.lang.constant.ConstantDescs.CD_Float;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import io.holdfast.heap.internal.ObjectHeader;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Map;
import java.util.function.Consumer;

/** Writes the class file of one {@link FlyweightClass}, which says what it contains. */
final class FlyweightCode {
  private static final ClassDesc FLYWEIGHT = descriptorOf(Flyweight.class);
  private static final ClassDesc TYPED_HEAP = descriptorOf(TypedHeap.class);
  private static final MethodTypeDesc CONSTRUCTOR = MethodTypeDesc.of(CD_void, TYPED_HEAP, CD_long);
  private static final MethodTypeDesc WITH = MethodTypeDesc.of(FLYWEIGHT, CD_long);

  private final TypeModel model;
  private final Layout layout;
  private final Map<String, Integer> addedOffsets;
  private final ClassDesc self;
  private final long typeBits;

  FlyweightCode(
      String packageName,
      String suffix,
      TypeModel model,
      Layout layout,
      Map<String, Integer> addedOffsets) {
    this.model = model;
    this.layout = layout;
    this.addedOffsets = addedOffsets;
    this.self = ClassDesc.of(packageName, simpleName(model.type()) + suffix);
    this.typeBits = ObjectHeader.of(layout.typeId(), 0);
  }

  private static String simpleName(Class<?> type) {
    return type.getName().substring(type.getName().lastIndexOf('.') + 1);
  }

  byte[] bytes() {
    return ClassFile.of()
        .build(
            self,
            builder -> {
              builder.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC);
              builder.withSuperclass(FLYWEIGHT);
              builder.withInterfaceSymbols(descriptorOf(model.type()));
              addConstructor(builder);
              addWith(builder);
              model.fields().values().forEach(field -> addAccessors(builder, field));
            });
  }

  private void addConstructor(ClassBuilder builder) {
    builder.withMethodBody(
        INIT_NAME,
        CONSTRUCTOR,
        0,
        code ->
            code.aload(0)
                .aload(1)
                .lload(2)
                .invokespecial(FLYWEIGHT, INIT_NAME, CONSTRUCTOR)
                .return_());
  }

  private void addWith(ClassBuilder builder) {
    addMethod(
        builder,
        "with",
        WITH,
        code ->
            code.new_(self)
                .dup()
                .aload(0)
                .invokevirtual(FLYWEIGHT, "typed", MethodTypeDesc.of(TYPED_HEAP))
                .lload(1)
                .invokespecial(self, INIT_NAME, CONSTRUCTOR)
                .areturn());
  }

  private void addAccessors(ClassBuilder builder, Field field) {
    ClassDesc type = typeOf(field);
    addMethod(builder, field.name(), MethodTypeDesc.of(type), code -> get(code, field, type));
    addMethod(
        builder, field.name(), MethodTypeDesc.of(CD_void, type), code -> put(code, field, type));
  }

  private static void addMethod(
      ClassBuilder builder, String name, MethodTypeDesc type, Consumer<CodeBuilder> body) {
    builder.withMethodBody(name, type, ClassFile.ACC_PUBLIC, body);
  }

  private void get(CodeBuilder code, Field field, ClassDesc type) {
    switch (field.kind()) {
      case STRING -> callWithSlot(code, field, "getString", type).areturn();
      case BYTES -> callWithSlot(code, field, "getBytes", type).areturn();
      case REFERENCE -> getObject(code, field, type);
      default -> getPrimitive(code, field, type);
    }
  }

  private void getPrimitive(CodeBuilder code, Field field, ClassDesc type) {
    int slot = slotOf(field);
    code.aload(0);
    if (slot >= 0) {
      code.loadConstant((long) slot)
          .loadConstant(typeBits)
          .invokevirtual(
              FLYWEIGHT,
              accessorOf("get", field.kind()),
              MethodTypeDesc.of(type, CD_long, CD_long));
    } else {
      code.loadConstant((long) ~slot)
          .loadConstant(typeBits)
          .invokevirtual(FLYWEIGHT, "getAdded", MethodTypeDesc.of(CD_long, CD_long, CD_long));
      fromWord(code, field.kind());
    }
    code.return_(TypeKind.from(type));
  }

  private void getObject(CodeBuilder code, Field field, ClassDesc type) {
    int target = code.allocateLocal(TypeKind.LONG);
    int prototype = code.allocateLocal(TypeKind.REFERENCE);
    Label present = code.newLabel();
    Label notToBeHad = code.newLabel();
    callWithSlot(code, field, "getSlot", CD_long)
        .lstore(target)
        .lload(target)
        .lconst_0()
        .lcmp()
        .ifne(present)
        .aconst_null()
        .areturn()
        .labelBinding(present)
        .aload(0)
        .lload(target)
        .invokevirtual(FLYWEIGHT, "prototype", WITH)
        .astore(prototype)
        .aload(prototype)
        .instanceOf(type)
        .ifeq(notToBeHad)
        .aload(prototype)
        .lload(target)
        .invokevirtual(FLYWEIGHT, "with", WITH)
        .checkcast(type)
        .areturn()
        .labelBinding(notToBeHad)
        .aload(0)
        .loadConstant(slotOf(field))
        .loadConstant(typeBits)
        .loadConstant(type)
        .invokevirtual(
            FLYWEIGHT, "getSettledObject", MethodTypeDesc.of(FLYWEIGHT, CD_int, CD_long, CD_Class))
        .checkcast(type)
        .areturn();
  }

  private void put(CodeBuilder code, Field field, ClassDesc type) {
    switch (field.kind()) {
      case STRING -> putWithSlot(code, field, "putString", type);
      case BYTES -> putWithSlot(code, field, "putBytes", type);
      case REFERENCE -> putWithSlot(code, field, "putObject", CD_Object);
      default -> putPrimitive(code, field, type);
    }
    code.return_();
  }

  private void putPrimitive(CodeBuilder code, Field field, ClassDesc type) {
    int slot = slotOf(field);
    code.aload(0)
        .loadConstant((long) (slot >= 0 ? slot : ~slot))
        .loadConstant(typeBits)
        .loadLocal(TypeKind.from(type), 1);
    if (slot >= 0) {
      code.invokevirtual(
          FLYWEIGHT,
          accessorOf("put", field.kind()),
          MethodTypeDesc.of(CD_void, CD_long, CD_long, type));
    } else {
      toWord(code, field.kind());
      code.invokevirtual(
          FLYWEIGHT, "putAdded", MethodTypeDesc.of(CD_void, CD_long, CD_long, CD_long));
    }
  }

  private CodeBuilder callWithSlot(CodeBuilder code, Field field, String name, ClassDesc result) {
    return code.aload(0)
        .loadConstant(slotOf(field))
        .loadConstant(typeBits)
        .invokevirtual(FLYWEIGHT, name, MethodTypeDesc.of(result, CD_int, CD_long));
  }

  private void putWithSlot(CodeBuilder code, Field field, String name, ClassDesc parameter) {
    code.aload(0)
        .loadConstant(slotOf(field))
        .loadConstant(typeBits)
        .aload(1)
        .invokevirtual(FLYWEIGHT, name, MethodTypeDesc.of(CD_void, CD_int, CD_long, parameter));
  }

  /** {@return the field's offset in the object, or the complement of that in the extension} */
  private int slotOf(Field field) {
    return layout
        .find(field.name())
        .map(Layout.Placed::offset)
        .orElseGet(() -> ~addedOffsets.getOrDefault(field.name(), 0));
  }

  private ClassDesc typeOf(Field field) {
    return field.kind() == Kind.REFERENCE
        ? ClassDesc.of(field.target())
        : descriptorOf(field.kind().javaType());
  }

  /** {@return the name of a method such as {@code getLong}} */
  private static String accessorOf(String prefix, Kind kind) {
    String type = kind.javaType().getSimpleName();
    return prefix + Character.toUpperCase(type.charAt(0)) + type.substring(1);
  }

  private static void fromWord(CodeBuilder code, Kind kind) {
    switch (kind) {
      case BOOLEAN, INT -> code.l2i();
      case BYTE -> code.l2i().i2b();
      case CHAR -> code.l2i().i2c();
      case SHORT -> code.l2i().i2s();
      case FLOAT ->
          code.l2i().invokestatic(CD_Float, "intBitsToFloat", MethodTypeDesc.of(CD_float, CD_int));
      case DOUBLE ->
          code.invokestatic(CD_Double, "longBitsToDouble", MethodTypeDesc.of(CD_double, CD_long));
      default -> {}
    }
  }

  private static void toWord(CodeBuilder code, Kind kind) {
    switch (kind) {
      case BOOLEAN, BYTE, CHAR, SHORT, INT -> code.i2l();
      case FLOAT ->
          code.invokestatic(CD_Float, "floatToRawIntBits", MethodTypeDesc.of(CD_int, CD_float))
              .i2l();
      case DOUBLE ->
          code.invokestatic(
              CD_Double, "doubleToRawLongBits", MethodTypeDesc.of(CD_long, CD_double));
      default -> {}
    }
  }

  private static ClassDesc descriptorOf(Class<?> type) {
    return ClassDesc.ofDescriptor(type.descriptorString());
  }
}
