namespace AioV2.Spec.Tests;

/// <summary>A C compiler, and how what it makes is run. One that is missing fails the test that asks for it.</summary>
/// <param name="Name">As test output gives it.</param>
/// <param name="Compiler">The command.</param>
/// <param name="Options">Always passed.</param>
/// <param name="Emulator">The command that runs the program, or null for this machine.</param>
/// <param name="LittleEndian">Whether this machine can read its records.</param>
public sealed record CompilerTarget(string Name, string Compiler, string[] Options, string? Emulator, bool LittleEndian)
{
    /// <summary>Debian's gcc-multilib conflicts with the cross compilers; gcc-12-multilib and the 64-bit headers do not.</summary>
    private static readonly string[] Word32 = ["-m32", "-idirafter", "/usr/include/x86_64-linux-gnu"];

    /// <summary>Every target that the header must have one layout on (ABI-1).</summary>
    public static IReadOnlyList<CompilerTarget> All { get; } =
    [
        new("x86-64", "gcc", [], null, true),
        new("i386", "gcc-12", Word32, null, true),
        new("aarch64", "aarch64-linux-gnu-gcc", [], "qemu-aarch64-static", true),
        new("armhf", "arm-linux-gnueabihf-gcc", [], "qemu-arm-static", true),
        new("s390x", "s390x-linux-gnu-gcc", [], "qemu-s390x-static", false),
    ];

    /// <summary>Names for a theory.</summary>
    public static TheoryData<string> Names => [.. All.Select(target => target.Name)];

    /// <summary>The target with that name.</summary>
    public static CompilerTarget Named(string name) => All.Single(target => target.Name == name);

    /// <summary>Compiles; fails the test with the compiler's own words if that is not possible without a warning.</summary>
    public void Compile(params string[] arguments) =>
        Command.MustSucceed(Compiler, [.. Options, "-I", Repository.At("Spec/include"), .. arguments]);

    /// <summary>Runs a program made for this target.</summary>
    public void Run(string program, params string[] arguments)
    {
        if (Emulator is null)
            Command.MustSucceed(program, arguments);
        else
            Command.MustSucceed(Emulator, [program, .. arguments]);
    }
}
