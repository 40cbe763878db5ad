using AioV2.Abi;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Races;

/// <summary>Passes that drain the list while a call takes the events before it.</summary>
public sealed unsafe class DrainedListTests
{
    private const int InRing = 4096 / IoEvent2.SizeOf, OnList = 8, Events = InRing + OnList, Bytes = Events * IoEvent2.SizeOf;
    private const int Rounds = 100_000, Drainers = 2;

    /// <summary>A call took all that the ring held; then somebody drained the list into the ring, and the call, which found the list empty,
    /// left the rest of its minimum there.</summary>
    [Fact, Requirement("GET-1")]
    public void The_only_one_who_reaps_gets_its_minimum_although_others_drain()
    {
        using var aio = Harness.Context(nrReqs: Events);
        var isOver = false;
        var drainers = Enumerable.Range(0, Drainers).Select(number => new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                _ = aio.Poll([]);
            }
        })).ToList();
        drainers.ForEach(t => t.Start());
        var iocbs = Enumerable.Repeat(Harness.Nop(1), Events).ToArray();
        var buffer = new byte[Bytes];
        var round = 0;
        var result = (long)Bytes;
        for (; round < Rounds && result == Bytes; round++)
        {
            Assert.Equal(Events * Iocb2.SizeOf, aio.Submit(iocbs));
            var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = Harness.Patience };
            fixed (byte* p = buffer)
            {
                result = aio.Kernel.GetEvents(aio.Ctx, p, Bytes, Bytes, &wait, 0);
            }
        }

        Volatile.Write(ref isOver, true);
        drainers.ForEach(t => t.Join());
        Assert.True(result == Bytes, $"in round {round} {Bytes} bytes of events were there, and the call was given {result}");
    }
}
