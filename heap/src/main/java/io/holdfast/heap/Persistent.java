package io.holdfast.heap;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface whose objects live in a {@link Heap}; the heap implements it.
 *
 * <pre>{@code
 * @Persistent
 * public interface Account {
 *   long balance();       void balance(long value);
 *   String owner();       void owner(String value);
 *   Account next();       void next(Account value);
 * }
 * }</pre>
 *
 * <p>Each field is a pair of methods as above, a getter and a setter of one name and type. A
 * field's type is a primitive, {@code String}, {@code byte[]}, or another persistent interface.
 * Default, static and private methods may be added freely; fields may be inherited from other
 * interfaces. Nothing may be generic. Anything else is refused in words when the interface is first
 * used.
 *
 * <p>The interface is public in a package exported to {@code io.holdfast.heap}, or lies in a
 * package open to it (everything on the class path is).
 *
 * <p><b>Objects.</b> {@link Heap#create(Class)} and {@link Heap#root(Class)} return instances that
 * only name an object in the heap: two are {@code equals} when they name the same one, and many
 * threads may use one. All fields of a new object are zero, {@code false} or {@code null}. Once the
 * object has been {@linkplain Heap#free freed}, every method throws {@link IllegalStateException},
 * even after its place has been given to another object.
 *
 * <p><b>Durability.</b> A setter inside a transaction belongs to it; outside one it is a
 * transaction of its own, durable on return. A getter outside a transaction reads one field, old or
 * new, never torn; {@link Heap#read} gives a consistent view of many.
 *
 * <p><b>Ownership.</b> A {@code String} or {@code byte[]} belongs to its field: overwriting it or
 * freeing the object frees it. A {@code byte[]} is copied on the way in and out. References own
 * nothing, and one that leads to an object freed meanwhile throws {@link IllegalStateException}
 * when it is read. A field of type {@code T} may hold an object of a subtype; reading it requires
 * that this run knows the subtype, because it has created or asked for one or because {@code T} is
 * sealed.
 *
 * <p><b>Later versions.</b> The heap remembers the fields of each interface by name. Fields may be
 * added: objects created before have them with the value zero, {@code false} or {@code null}. A
 * removed field or one whose type has changed is refused with an {@link
 * io.holdfast.pool.IncompatibleLayoutException} that names it; so is an older program after objects
 * with new fields have been stored.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Persistent {}
