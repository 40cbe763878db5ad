using System.Text;
using AioV2.Spec.Model;

namespace AioV2.Spec.Generate.Syzlang;

/// <summary>
/// The ABI for syzkaller: all calls, the iocb of each operation with the attributes that fit it, events with their returns.
/// What nothing refers to is left out, because syzkaller refuses it.
/// </summary>
internal static class SyzlangFile
{
    /// <summary>Path from the root of the repository.</summary>
    public const string Path = "Spec/syzlang/aio2.txt";

    public static string Generate(SpecDocument spec)
    {
        var parts = new SyzlangParts(spec);
        var calls = new SyzlangCalls(parts).Generate();
        var records = new SyzlangRecords(parts).Generate();
        var structs = new StringBuilder();
        while (parts.NextStruct() is { } definition)
            structs.Append('\n').Append(SyzlangStructs.Struct(parts, definition));
        return "# Generated from Spec/aio2.yaml by `dotnet run --project Spec`; do not edit.\n"
            + $"# {spec.Title}, for syzkaller: into sys/linux, beside the files that have fd, fd_event and fd_memfd.\n\n"
            + "include <linux/poll.h>\ninclude <uapi/linux/aio2_abi.h>\n\n"
            + "# Ids are small numbers that come round again, so those of destroyed contexts are worth trying.\n"
            + "resource aio2_ctx[int32]: 0, 0xffffffff\n\n"
            + "# Few, so that io_cancel2 meets what io_submit2 has submitted.\n"
            + "type aio2_user_data int64[0:7]\n\n"
            + "# On a 32-bit machine a 64-bit argument takes two registers, which this language cannot say: user_data and arg are for 64-bit ones.\n"
            + calls + "\n" + parts.Lists() + "\n" + records + structs;
    }
}
