using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Abi.Tests.Ring;

/// <summary>Random sequences against a queue, on a ring whose pages end in faults.</summary>
public sealed unsafe class RingModelTests
{
    [Theory, Requirement("RING-2", "RING-3", "RING-4", "RING-12")]
    [InlineData(0ul)]
    [InlineData(8ul)]
    [InlineData(0xffff_f000ul)]
    [InlineData(0xffff_fff8ul)]
    [InlineData(0x7fff_ffff_ffff_f008ul)]
    [InlineData(0xffff_ffff_ffff_f000ul)]
    [InlineData(0xffff_ffff_ffff_fff8ul)]
    public void A_ring_is_a_queue_whatever_the_sequence_and_the_position(ulong start) =>
        Seeded.ForAll(RingStep.Runs, 200, steps => Run(steps, start));

    private static void Run(RingStep[] steps, ulong start)
    {
        using var memory = new RingMemory(start: start);
        memory.Data.Fill(0xa5);
        RingProducer producer = memory.Producer();
        RingReaper reaper = memory.Reaper();
        RingReaper single = memory.Reaper(single: true);
        var model = new RingModel(4096, start);
        var buffer = new byte[4096];
        ulong serial = 0;
        foreach (RingStep step in steps)
        {
            Do(step);
            Assert.Equal(model.Head, memory.User->Head);
            Assert.Equal(model.Tail, memory.Header->Tail);
            Assert.Equal(model.IsEmpty ? RingStatus.Empty : RingStatus.Event, reaper.Test());
            Assert.Equal(0u, memory.Header->Flags);
        }

        void Do(RingStep step)
        {
            int bytes = step.Number * 8;
            switch (step.Act)
            {
                case RingAct.Write:
                    Assert.Equal(model.TryWrite(serial, bytes), producer.TryWrite(TestRecord.Make(serial, bytes)));
                    serial++;
                    break;
                case RingAct.WriteBatch:
                    for (int i = 0; i < 5; i++, serial++)
                    {
                        Assert.Equal(model.TryWrite(serial, bytes), producer.TryStage(TestRecord.Make(serial, bytes)));
                    }

                    producer.Publish();
                    break;
                case RingAct.Read:
                    ReadOne(reaper, buffer, model);
                    break;
                case RingAct.ReadSmall:
                    ReadOne(single, buffer.AsSpan(0, bytes / 2), model);
                    break;
                case RingAct.ReadBatch:
                    RingStatus status = reaper.ReadBatch(buffer.AsSpan(0, bytes * 4), out int read);
                    Expect(model, status, bytes * 4);
                    Assert.Equal(model.Take(bytes * 4), TestRecord.SerialsOf(buffer.AsSpan(0, read)));
                    break;
                case RingAct.Peek:
                    ReadOnlySpan<byte> record;
                    if (single.TryPeek(out record) == RingStatus.Event)
                    {
                        Assert.Equal(model.Take(4096, 1), [TestRecord.SerialOf(record)]);
                        single.Advance();
                    }

                    break;
                case RingAct.PeekAll:
                    // Up to so many: the rest stays.
                    using (RingPeek peek = single.PeekAll())
                    {
                        Assert.Equal(model.IsEmpty ? RingStatus.Empty : RingStatus.Event, peek.Status);
                        for (int i = 0; i < step.Number / 8 && peek.TryNext(out record); i++)
                        {
                            Assert.Equal(model.Take(4096, 1), [TestRecord.SerialOf(record)]);
                        }
                    }

                    break;
                case RingAct.KernelTake:
                    Expect(model, producer.Collect(bytes * 4, out RingClaim claim), bytes * 4);
                    claim.CopyTo(buffer);
                    Assert.Equal(model.Take(bytes * 4), TestRecord.SerialsOf(buffer.AsSpan(0, claim.Bytes)));
                    Assert.True(claim.Bytes == 0 || producer.TryTake(claim));
                    Assert.Equal(claim.NextDoesNotFit, !model.IsEmpty);
                    break;
                case RingAct.LoseRace:
                    // Collected, then another reaper was first: taking fails and changes nothing.
                    if (producer.Collect(4096, out claim) == RingStatus.Event)
                    {
                        ReadOne(reaper, buffer, model);
                        Assert.False(producer.TryTake(claim));
                    }

                    break;
            }
        }
    }

    private static void ReadOne(RingReaper reaper, Span<byte> buffer, RingModel model)
    {
        RingStatus status = reaper.TryRead(buffer, out int bytes);
        Expect(model, status, buffer.Length);
        if (status == RingStatus.Event)
        {
            Assert.Equal(model.Take(buffer.Length, 1), [TestRecord.SerialOf(buffer[..bytes])]);
        }
        else if (status == RingStatus.TooSmall)
        {
            Assert.Equal(model.FirstBytes, bytes);
        }
    }

    private static void Expect(RingModel model, RingStatus status, int room) =>
        Assert.Equal(
            model.IsEmpty ? RingStatus.Empty : model.FirstBytes > room ? RingStatus.TooSmall : RingStatus.Event,
            status);
}
