using System.Globalization;
using System.Text;
using AioV2.Abi;
using AioV2.Abi.Codecs;

namespace AioV2.Cli.Soak;

/// <summary>What a finding tells of requests that are owed: what the ledger misses, how the context lists it, its ring, and what its threads wait for.</summary>
internal static unsafe class Owed
{
    private const int MostTold = 24;

    public static string Tell(Episode episode)
    {
        var text = new StringBuilder();
        var missing = episode.Ledger.Missing().Take(MostTold).ToList();
        var listed = new HashSet<ulong>();
        TellRing(episode, text);
        TellList(episode, text, listed);
        foreach (var number in missing.Where(number => !listed.Contains((ulong)number)))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  request {number} is not listed");
        }

        if (missing.Count != 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  io_cancel2 of {missing[0]} says {episode.Aio.Cancel(episode.Ctx, (ulong)missing[0], 0)}");
        }

        return text.Append(ThreadStates.Of(Environment.ProcessId)).ToString().TrimEnd();
    }

    private static void TellRing(Episode episode, StringBuilder text)
    {
        if (!episode.Plan.IsShared || episode.Plan.LosesRingView)
        {
            text.AppendLine("  no ring that can be looked at");
            return;
        }

        var header = (Aio2Ring*)episode.Ring.View;
        var user = (Aio2RingUser*)(episode.Ring.View + episode.Ring.UserOffset);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  newest ring: head {Volatile.Read(ref user->Head)}, tail {Volatile.Read(ref header->Tail)}, flags 0x{Volatile.Read(ref header->Flags):x}");
    }

    private static void TellList(Episode episode, StringBuilder text, HashSet<ulong> listed)
    {
        var buffer = new byte[(int)Aio2.EventMax * 2];
        ulong cursor = 0;
        long got;
        do
        {
            fixed (byte* at = buffer)
            {
                got = episode.Aio.List(episode.Ctx, &cursor, at, (nuint)buffer.Length);
                for (long offset = 0; offset < got; offset += ((Aio2Request*)(at + offset))->Bytes)
                {
                    var request = (Aio2Request*)(at + offset);
                    _ = listed.Add(((Iocb2*)(request + 1))->UserData);
                    text.AppendLine(listed.Count <= MostTold ? "  " + Line(request, episode.Ledger) : "  …");
                }
            }
        }
        while (got > 0 && cursor != 0 && listed.Count <= MostTold);
        if (got <= 0)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  io_list2 says {got}");
        }
    }

    private static string Line(Aio2Request* request, Ledger ledger)
    {
        var iocb = (Iocb2*)(request + 1);
        var attributes = new List<string>();
        foreach (var attribute in new AttributeReader(new ReadOnlySpan<byte>(iocb + 1, (int)iocb->Bytes - Iocb2.SizeOf)))
        {
            attributes.Add(Aio2Catalog.Attribute(attribute.Type)?.Name ?? $"0x{attribute.Type:x}");
        }

        var what = iocb->Opcode == Aio2Op.Syscall
            ? $"SYSCALL {ledger.CallOf((int)iocb->UserData)}"
            : string.Create(CultureInfo.InvariantCulture, $"{Aio2Catalog.Ops[iocb->Opcode].Name} of {SoakFiles.NameOf(iocb->Fd)}, flags 0x{iocb->Flags:x}, rw_flags 0x{iocb->RwFlags:x}, addr 0x{iocb->Addr:x}, len 0x{iocb->Len:x}, offset {iocb->Offset}");
        var canCancel = (request->Flags & Aio2RequestFlags.Cancellable) != 0 ? "can be cancelled" : "cannot be cancelled";
        return string.Create(CultureInfo.InvariantCulture,
            $"request {iocb->UserData} (id {request->Id}): {what}, attributes [{string.Join(", ", attributes)}]: {StateOf(request->State)}, {canCancel}, result {request->Res}");
    }

    private static string StateOf(ushort state) => state switch
    {
        Aio2RequestState.Queued => "queued",
        Aio2RequestState.Running => "running",
        Aio2RequestState.Done => "done",
        _ => $"state {state}",
    };
}
