namespace AioV2.Spec.Lint;

/// <summary>Every rule of lint, with what reviewers say for it.</summary>
public static class LintRules
{
    private const string Botching = "Documentation/process/botching-up-ioctls.rst";
    private const string Ioctl = "Documentation/driver-api/ioctl.rst";
    private const string Syscalls = "Documentation/process/adding-syscalls.rst";
    private const string FlagsArticle = "\"Flags as a system call API design pattern\", lwn.net/Articles/585415";

    public static readonly LintRule Padding = new("padding",
        "a struct has no implicit padding at its end",
        "the kernel copies out whole structs, so padding that nobody writes leaks its memory; on i386 a struct with 64-bit fields has another size",
        $"{Botching}, Basics; {Ioctl}, Structure layout; ABI-1");

    public static readonly LintRule Hole = new("hole",
        "no hole between two fields",
        "a hole is memory of the kernel that leaks, and garbage from user space that no later field can take the place of",
        $"{Ioctl}, Structure layout and Information leaks; ABI-1");

    public static readonly LintRule Unaligned64 = new("u64-align",
        "a 64-bit field stands on a multiple of 8",
        "i386 aligns 64-bit fields to 4, so that a 32-bit program and a 64-bit kernel see different offsets",
        $"{Botching}, Basics; {Ioctl}, Structure layout; ABI-1");

    public static readonly LintRule Long = new("long",
        "every type has a fixed width",
        "long, size_t and time_t are 4 bytes for a 32-bit program and 8 for the kernel, and the plain C types promise no width at all",
        $"{Botching}, Basics; {Ioctl}, Structure layout; ABI-1");

    public static readonly LintRule Pointer = new("pointer",
        "no pointer in a struct: an address is a u64",
        "a pointer's width is that of the program, and a compat layer must then translate every struct",
        $"{Botching}, Basics; {Ioctl}, Structure layout (u64_to_user_ptr); ABI-1");

    public static readonly LintRule Enum = new("enum",
        "no enum type in a struct or an argument",
        "the width and sign of an enum are the compiler's choice, and -fshort-enums changes them",
        $"{Ioctl}, Structure layout; ABI-2");

    public static readonly LintRule BitField = new("bit-field",
        "no bit-fields",
        "the order of bit-fields differs by architecture and compiler; flags do it portably",
        $"{Ioctl}, Structure layout; ABI-2");

    public static readonly LintRule FlagsUnknown = new("flags-unknown",
        "flags say what an unknown bit does, and that is not to be ignored",
        "where unknown bits are ignored, programs pass garbage in them and the bits can never be given a meaning, and no program can ask what a kernel knows",
        $"{Syscalls}, Designing the API: Planning for Extension; {FlagsArticle}; {Botching}, Basics");

    public static readonly LintRule ReservedZero = new("reserved-zero",
        "a reserved field is marked so, and must be zero",
        "what is not checked will hold stack garbage in some program, and then it cannot be used for anything else",
        $"{Botching}, Basics; ABI-2");

    public static readonly LintRule NoSize = new("no-size",
        "a struct that may grow tells its size, in itself or beside the pointer to it",
        "without the size the kernel cannot tell an old caller from a new one and reads beyond what the caller has",
        $"{Syscalls}, Designing the API: Planning for Extension (a size argument, as in perf_event_open); copy_struct_from_user in include/linux/uaccess.h; SETUP-3");

    public static readonly LintRule CannotGrow = new("cannot-grow",
        "a struct can grow: by appended fields and a size, or by what follows it in its record",
        "needs come after the merge; then the only way is a second struct and a second call beside the first, as statx, clone3 and openat2 had to be",
        $"{Syscalls}, Designing the API: Planning for Extension; ABI-4");

    public static readonly LintRule FalseSharing = new("false-sharing",
        "what different parties write lies in different pairs of cache lines (128 bytes)",
        "each store of the one takes the line from the other, at every event; processors fetch lines in pairs",
        "Documentation/kernel-hacking/false-sharing.rst; Brown on head and tail in one line; RING-1");

    public static readonly LintRule Collision = new("collision",
        "no two meanings have one value, no two values one name",
        "the kernel cannot tell which was meant, and the first program that uses both is broken",
        $"{Botching}, Basics; {Ioctl}, Command number definitions");

    public static readonly LintRule RecordAlign = new("record-align",
        "a record's size is a multiple of 8, and the field that counts it says what it is a multiple of",
        "the record behind one of another size is misaligned: its 64-bit loads trap on some machines and may be torn on others",
        "Documentation/core-api/unaligned-memory-access.rst; RING-3");

    public static readonly LintRule Name = new("name",
        "names follow the conventions: lower case for structs, fields and calls, upper case for macros, the prefix of the ABI on whatever a header gives, no keyword of C or C++",
        "a uapi header is included next to every other, in C and in C++, and the name that a program sees stays for ever",
        "Documentation/process/coding-style.rst, Naming, and Macros, Enums and RTL; ABI-1");

    public static readonly LintRule CallFlags = new("call-flags",
        "a call takes flags",
        "a call without flags is joined later by a second one that has them: renameat2, preadv2, faccessat2",
        $"{Syscalls}, Designing the API: Planning for Extension; {FlagsArticle}");

    public static readonly LintRule CallRegisters = new("call-registers",
        "arguments fit six registers, a 64-bit one taking an aligned pair on 32-bit machines",
        "no architecture passes more than six; ARM, MIPS and PowerPC leave a register unused before a 64-bit argument that would begin at an odd one, for which sync_file_range2 and other twins had to be made",
        $"{Syscalls}, Designing the API: Other Considerations; syscall(2), Architecture-specific requirements");

    public static readonly LintRule NeedlessAllow = new("needless-allow",
        "an exception names a rule that would otherwise speak there",
        "an exception that covers nothing hides the next mistake",
        "this lint");

    public static readonly LintRule Refused = new("refused",
        "the spec is one from which something can be generated",
        "the generators make nothing of it",
        "the parser of this spec language; ABI-3");

    /// <summary>All of them, the rules of layout first.</summary>
    public static IReadOnlyList<LintRule> All { get; } =
    [
        Padding, Hole, Unaligned64, Long, Pointer, Enum, BitField, FlagsUnknown, ReservedZero, NoSize, CannotGrow, FalseSharing, Collision,
        RecordAlign, Name, CallFlags, CallRegisters, NeedlessAllow, Refused,
    ];
}
