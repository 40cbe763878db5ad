namespace AioV2.Conformance.World;

/// <summary>The fixed places of everything that a sequence of calls may name: descriptors, pipes, memory.</summary>
/// <remarks><code>
///  descriptor   what                          address             what
///  832          pattern file, read only       Data   + 0          16 slots of 4096 bytes, then a guard
///  833          scratch file, write only      Meta   + 0          iovec arrays, written by the sequence
///  834          scratch file, both            Iocbs  … end        submissions, ending at a guard
///  840 … 847    pipes, read ends              Events … end        event buffers, ending at a guard
///  848 … 855    pipes, write ends             Params, Wait, Ext   one page each, ending at a guard
///  856 … 859    eventfds                      ReadOnlyPage        one page that refuses stores
/// </code>
/// Numbers and addresses are the same in the judge and in the child, so that an iocb is the same bytes in both, and
/// a flipped bit of either lands on something known: in the table above, or on nothing at all.</remarks>
public static class WorldLayout
{
    public const int FileRo = 832;
    public const int FileWo = 833;
    public const int FileRw = 834;
    public const int PipeRead = 840;
    public const int PipeWrite = 848;
    public const int Eventfd = 856;
    public const int Pipes = 8;
    public const int Eventfds = 4;
    public const int FdEnd = 860;

    /// <summary>A number that is never open.</summary>
    public const int FdClosed = 870;

    /// <summary>Bytes of both files when a sequence begins.</summary>
    public const int FileBytes = 65536;

    public const ulong Base = 0x2a00_0000_0000;
    public const ulong Reserved = 0x3_0000_0000;
    public const ulong Data = Base;
    public const int SlotBytes = 4096;
    public const int Slots = 16;
    public const int DataBytes = Slots * SlotBytes;
    public const ulong Meta = Base + 0x0c00_0000;
    public const int MetaBytes = 65536;
    public const ulong Iocbs = Base + 0x3000_0000;
    public const int IocbsBytes = (1 << 20) + 8192;
    public const ulong Events = Base + 0xc000_0000;
    public const int EventsBytes = 131072;
    public const ulong Params = Base + 0x1_8000_0000;
    public const int ParamsBytes = 8192;
    public const ulong Wait = Base + 0x1_9000_0000;
    public const ulong Ext = Base + 0x1_a000_0000;
    public const int PageBytes = 4096;
    public const ulong ReadOnlyPage = Base + 0x1_b000_0000;

    /// <summary>An address in the reservation that nothing is mapped at.</summary>
    public const ulong Guard = Base + 0x2_4000_0000;

    /// <summary>An address that no 64-bit user space has.</summary>
    public const ulong NonCanonical = 0x8000_0000_0000_1000;

    /// <summary>The byte of the pattern file at an offset.</summary>
    public static byte Pattern(long offset) => (byte)(offset * 31 + (offset >> 8) * 7 + 1);

    /// <summary>Bytes from an address that can be read (or written) before the next hole; 0 where none.</summary>
    public static ulong Room(ulong address, bool write)
    {
        ulong Within(ulong start, ulong bytes) => address >= start && address < start + bytes ? start + bytes - address : 0;
        ulong room = Within(Data, DataBytes) + Within(Meta, MetaBytes) + Within(Iocbs, IocbsBytes) + Within(Events, EventsBytes)
            + Within(Params, ParamsBytes) + Within(Wait, PageBytes) + Within(Ext, PageBytes);
        return room == 0 && !write ? Within(ReadOnlyPage, PageBytes) : room;
    }

    /// <summary>Whether an address is surely in a hole, so that touching it surely faults.</summary>
    public static bool SurelyBad(ulong address) =>
        address < 0x1_0000 || address >> 47 != 0 || (address >= Base && address < Base + Reserved && Room(address, write: false) == 0);

    /// <summary>A descriptor's name in printed calls.</summary>
    public static string FdName(int fd) => fd switch
    {
        FileRo => "FILE_RO",
        FileWo => "FILE_WO",
        FileRw => "FILE_RW",
        FdClosed => "FD_CLOSED",
        >= PipeRead and < PipeRead + Pipes => $"PIPE_R({fd - PipeRead})",
        >= PipeWrite and < PipeWrite + Pipes => $"PIPE_W({fd - PipeWrite})",
        >= Eventfd and < Eventfd + Eventfds => $"EVENTFD({fd - Eventfd})",
        _ => fd.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>An address's name in printed calls.</summary>
    public static string AddressName(ulong address) => address switch
    {
        >= Data and < Data + DataBytes => $"DATA + {address - Data}",
        >= Meta and < Meta + MetaBytes => $"META + {address - Meta}",
        Guard => "GUARD",
        _ => $"0x{address:x}",
    };
}
