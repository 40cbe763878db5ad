using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Directed;

/// <summary>LIST-1: what is outstanding, byte for byte.</summary>
internal static unsafe class ListChecks
{
    public static IReadOnlyList<DirectedCheck> All { get; } =
    [
        new("Outstanding requests are listed byte for byte, in the order of submission", ["LIST-1"], ByteForByte),
        new("A walk with room for one record at a time sees each once", ["LIST-1"], SmallSteps),
        new("A request whose event waits is shown DONE with its result", ["LIST-1"], Done),
        new("What is reaped is not listed, and bad arguments are refused", ["LIST-1", "ERR-1"], Ends),
    ];

    private static byte[][] Iocbs() => [.. Enumerable.Range(0, 6).Select(i =>
    {
        var writer = new IocbWriter().Add(Rig.Iocb(Aio2Op.Pread, 100 + (ulong)i, WorldLayout.PipeRead + i, WorldLayout.Data + (ulong)(i * 4096), 8, -1));
        for (int a = 0; a < i; a++)
        {
            writer.Attribute((ushort)(0x8000 + a), Aio2AttrFlags.Noreturn, new byte[a * 3]);
        }

        return writer.ToArray();
    })];

    private static RigContext Blocked(Rig rig, byte[][] iocbs)
    {
        var context = rig.Context();
        byte[] run = [.. iocbs.SelectMany(b => b)];
        Rig.Expect("SUBMIT-1", run.Length, context.Submit(run), "io_submit2");
        return context;
    }

    private static void Compare(byte[][] iocbs, List<(Aio2Request Head, byte[] Iocb)> listed)
    {
        Rig.Expect("LIST-1", iocbs.Length, listed.Count, "requests listed");
        for (int i = 0; i < iocbs.Length; i++)
        {
            var (head, iocb) = listed[i];
            Rig.Require("LIST-1", iocb.AsSpan().SequenceEqual(iocbs[i]), $"the iocb of request {i} is not the one submitted");
            Rig.Require("LIST-1", head.State is Aio2RequestState.Queued or Aio2RequestState.Running && head.Res == 0, $"request {i} is in state {head.State} with result {head.Res}");
            Rig.Require("LIST-1", i == 0 || head.Id > listed[i - 1].Head.Id, "the requests are not in the order of submission");
        }
    }

    private static void ByteForByte(Rig rig)
    {
        byte[][] iocbs = Iocbs();
        var context = Blocked(rig, iocbs);
        Compare(iocbs, RequestList.Read(rig, context, 65536));
    }

    private static void SmallSteps(Rig rig)
    {
        byte[][] iocbs = Iocbs();
        var context = Blocked(rig, iocbs);
        Compare(iocbs, RequestList.Read(rig, context, Aio2Request.SizeOf + iocbs.Max(b => b.Length)));
        ulong cursor = 0;
        byte* buffer = (byte*)WorldLayout.Events;
        Rig.Expect("LIST-1", -Errno.EMSGSIZE, rig.Aio.List(context.Id, &cursor, buffer, 71), "io_list2 without room for the first record");
    }

    private static void Done(Rig rig)
    {
        var context = rig.Context();
        context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 3, WorldLayout.FileRo, WorldLayout.Data, 64, 0));
        List<(Aio2Request Head, byte[] Iocb)> listed = [];
        Rig.Require("LIST-1", Rig.Eventually(() => (listed = RequestList.Read(rig, context, 4096)).Count == 1 && listed[0].Head.State == Aio2RequestState.Done), "a read of a file never was DONE");
        Rig.Require("LIST-1", listed[0].Head.Res == 64 && (listed[0].Head.Flags & Aio2RequestFlags.Cancellable) == 0, $"it is DONE with result {listed[0].Head.Res}, flags {listed[0].Head.Flags}");
        Rig.Expect("SUBMIT-7", 64, RigContext.Res(context.Take(1)[0]), "its event");
        Rig.Require("LIST-1", RequestList.Read(rig, context, 4096).Count == 0, "it is listed after its event was taken");
    }

    private static void Ends(Rig rig)
    {
        var context = rig.Context();
        Rig.Require("LIST-1", RequestList.Read(rig, context, 4096).Count == 0, "a new context has requests");
        ulong cursor = 0;
        Rig.Expect("ERR-1", -Errno.ENXIO, rig.Aio.List(0x7ffffff0, &cursor, (void*)WorldLayout.Guard, 64), "io_list2 of no context");
        if (rig.Kernel().UserMemory != Aio2UserMemory.Direct)
        {
            context.SubmitAll(Rig.Iocb(Aio2Op.Pread, 1, WorldLayout.PipeRead, WorldLayout.Data, 8, -1));
            Rig.Expect("ERR-1", -Errno.EFAULT, rig.Aio.List(context.Id, (ulong*)WorldLayout.Guard, (void*)WorldLayout.Events, 4096), "io_list2 with a bad cursor");
            Rig.Expect("ERR-1", -Errno.EFAULT, rig.Aio.List(context.Id, &cursor, (void*)WorldLayout.Guard, 4096), "io_list2 with a bad buffer");
        }
    }
}
