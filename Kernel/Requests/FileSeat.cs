using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AioV2.Kernel.Requests;

/// <summary>A held file at a place where later calls find it again, and what is true of it as long as it is open (<see cref="FileSeats"/>).</summary>
/// <remarks><code>
///  _isTaken 0 ──TryTake──► 1, count 1 ──Show──► shown ──the last reference──► count 0, closed ──► _isTaken 0
/// </code></remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FileSeat
{
    /// <summary>The file; first, so that both have one address.</summary>
    public HeldFile File;

    /// <summary>The number that the user had for it: where to look, and nothing more.</summary>
    public int Number;

    /// <summary>What holds of the open file whatever its flags are set to.</summary>
    public RequestTraits Traits;

    private int _isTaken;
    private int _isShown;

    /// <summary>Whether whoever has a reference may believe the rest.</summary>
    public readonly bool IsShown => Volatile.Read(in _isShown) != 0;

    /// <summary>Whether nobody has it.</summary>
    public readonly bool IsVacant => Volatile.Read(in _isTaken) == 0;

    /// <summary>Takes a vacant seat for a descriptor of the kernel's, with one reference.</summary>
    public static bool TryTake(FileSeat* seat, int fd)
    {
        if (seat->_isTaken != 0 || Interlocked.CompareExchange(ref seat->_isTaken, 1, 0) != 0)
        {
            return false;
        }

        Volatile.Write(ref seat->_isShown, 0);
        HeldFile.Begin(&seat->File, fd, isSeat: true);
        return true;
    }

    /// <summary>Its owner has found out what it is.</summary>
    public static void Show(FileSeat* seat, int number, RequestTraits traits)
    {
        seat->Number = number;
        seat->Traits = traits;

        // Pairs with IsShown, which whoever shares it asks first.
        Volatile.Write(ref seat->_isShown, 1);
    }

    /// <summary>The last reference has gone, and the file is closed.</summary>
    public static void Vacate(HeldFile* file)
    {
        Debug.Assert(((FileSeat*)file)->_isTaken != 0, "a seat is left once");
        Volatile.Write(ref ((FileSeat*)file)->_isTaken, 0);
    }
}
