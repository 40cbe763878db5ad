using System.Runtime.InteropServices;

namespace AioV2.Kernel.Memory;

/// <summary>Copies by the routine of <c>native/fixup.c</c>, whose faults a signal handler turns into short counts.</summary>
internal static unsafe partial class FixupMemory
{
    private const string Name = "aio2fixup";

    private static readonly Lazy<string?> Obstacle = new(Load);

    /// <summary>Whether this process's SIGSEGV and SIGBUS handlers are still the routine's.</summary>
    public static bool IsInstalled => Install() is null && aio2_fixup_installed() != 0;

    /// <summary>Installs the handlers once per process and tries them: null, or why the routine cannot be used.</summary>
    public static string? Install() => Obstacle.Value;

    /// <summary>Copies up to the first bad byte on either side; returns the bytes copied.</summary>
    public static nuint Copy(void* destination, void* source, nuint bytes) =>
        bytes - aio2_user_copy(destination, source, bytes);

    /// <summary>Whether a byte can be written, by an atomic OR with zero.</summary>
    public static bool IsWritable(void* address) => aio2_user_touch(address) == 0;

    private static string? Load()
    {
        try
        {
            return aio2_fixup_install() switch
            {
                0 => null,
                1 => "AddressSanitizer owns the signal handlers",
                2 => "the signal handlers cannot be set",
                3 => "the self-test of the copy routine failed",
                var other => $"the copy routine reports {other}",
            };
        }
        catch (DllNotFoundException)
        {
            return "lib" + Name + ".so is missing (no C compiler when this was built?)";
        }
        catch (BadImageFormatException)
        {
            return "lib" + Name + ".so is for another architecture";
        }
        catch (EntryPointNotFoundException)
        {
            return "lib" + Name + ".so is of another version";
        }
    }

    // A fault inside is fine: the handler touches nothing of the runtime and returns into the routine. Not SuppressGCTransition, however
    // few the bytes: a page may be long in coming, and a collection that waits for it stops whoever would bring it.
    [LibraryImport(Name)]
    private static partial nuint aio2_user_copy(void* destination, void* source, nuint bytes);

    [LibraryImport(Name)]
    private static partial int aio2_user_touch(void* address);

    [LibraryImport(Name)]
    private static partial int aio2_fixup_install();

    [LibraryImport(Name)]
    private static partial int aio2_fixup_installed();
}
