using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Model;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Generate;

/// <summary>Makes the next step of a sequence, given what the model predicts so far.</summary>
public static class StepGenerator
{
    /// <summary>A step that may stand here.</summary>
    public static Step Next(AioModel model, ulong seed)
    {
        var dice = new Dice(seed);
        for (int attempt = 0; attempt < 8; attempt++)
        {
            Step step = Any(model, ref dice);
            if (Prediction.Allows(model, step))
            {
                return step;
            }
        }

        return new ProbeStep((uint)dice.Below(8), 4096);
    }

    private static Step Any(AioModel model, ref Dice dice)
    {
        byte slot = Living(model, ref dice);
        if (slot == Step.NoSuch || dice.Percent(3))
        {
            return Setup(model, (byte)dice.Below(Step.Slots), ref dice);
        }

        if (dice.Percent(2))
        {
            slot = dice.Of(Step.NoSuch, (byte)dice.Below(Step.Slots));
        }

        return dice.Below(100) switch
        {
            < 45 => Submit(model, slot, ref dice),
            < 62 => new DrainStep(slot, dice.Percent(50)),
            < 76 => Get(model, slot, ref dice),
            < 86 => new FeedStep((byte)dice.Below(WorldLayout.Pipes), (ushort)(1 + dice.Below(512))),
            < 91 => new ReapStep(slot, (ushort)(1 + dice.Below(8))),
            < 93 => new DestroyStep(slot),
            < 95 => new ProbeStep((uint)dice.Below(8), (uint)dice.Of(0, 64, 128, 4096), dice.Percent(90) ? Pointer.Good : Bad(ref dice)),
            < 96 => new CtlStep(slot, dice.Of(0u, 6u, uint.MaxValue), 0),
            < 98 => new CancelStep(slot, SomeUserData(model, ref dice), dice.Of(0u, 0u, Aio2Cancel.All, 4u)),
            _ => MetaArrays.Poke,
        };
    }

    private static byte Living(AioModel model, ref Dice dice)
    {
        int start = dice.Below(Step.Slots);
        for (int i = 0; i < Step.Slots; i++)
        {
            int slot = (start + i) % Step.Slots;
            if (model.Contexts[slot] is not null)
            {
                return (byte)slot;
            }
        }

        return Step.NoSuch;
    }

    private static ulong SomeUserData(AioModel model, ref Dice dice)
    {
        var outstanding = model.Outstanding.ToList();
        return outstanding.Count == 0 ? dice.Next() : outstanding[dice.Below(outstanding.Count)].UserData;
    }

    private static Pointer Bad(ref Dice dice) => dice.Of(Pointer.Null, Pointer.Guard, Pointer.NonCanonical, Pointer.ReadOnly);

    private static SetupStep Setup(AioModel model, byte slot, ref Dice dice)
    {
        uint flags = dice.Percent(50) && model.Offered.TakesSetup(Aio2Setup.UserReap) ? Aio2Setup.UserReap : 0;
        var p = new Aio2Params
        {
            NrReqs = dice.Of(0u, 1u, 2u, 5u, 64u),
            RingBytes = dice.Of(0u, 4096u, 4096u, 4096u, 8192u, 8192u, 16384u, 65536u),
        };
        if (dice.Percent(15) && model.Offered.TakesSetup(Aio2Setup.SubmitAll))
        {
            flags |= Aio2Setup.SubmitAll;
        }

        if ((flags & Aio2Setup.UserReap) == 0 && dice.Percent(15) && model.Offered.TakesSetup(Aio2Setup.Defer))
        {
            flags |= Aio2Setup.Defer;
        }
        else if (dice.Percent(15))
        {
            flags |= Aio2Setup.Eventfd;
            p.Eventfd = WorldLayout.Eventfd + dice.Below(WorldLayout.Eventfds);
        }

        byte[] bytes = new byte[Aio2Params.SizeOf + (dice.Percent(10) ? dice.Below(64) : 0)];
        MemoryMarshal.Write(bytes, in p);
        var step = new SetupStep(slot, Aio2.Version, flags, bytes, (uint)bytes.Length);
        return dice.Percent(25) ? Spoil(step, model, ref dice) : step;
    }

    private static SetupStep Spoil(SetupStep s, AioModel model, ref Dice dice)
    {
        switch (dice.Below(8))
        {
            case 0: return s with { Version = (uint)dice.Of(0, 1, 3, -1) };
            case 1: return s with { Size = (uint)dice.Of(0, 95, 8, 4097, 8192) };
            case 2: return s with { At = Bad(ref dice) };
            case 3: return s with { Flags = s.Flags | 1u << dice.Below(32) & ~(Aio2Setup.RingFd | Aio2Setup.RingAddr | Aio2Setup.At | Aio2Setup.Defer) };
            case 4: s.Params[dice.Below(s.Params.Length)] ^= (byte)(1 << dice.Below(8)); return s;
            case 5: return s with { Flags = s.Flags | Aio2Setup.Probe };
            case 6:
                uint ring = dice.Of(1u, 2048u, 4097u, 12288u, 0x80000000u);
                MemoryMarshal.Write(s.Params.AsSpan(Aio2Params.At.RingBytes), in ring);
                return s;
            default:
                ulong features = dice.Percent(50) ? model.Offered.Features : 1ul << dice.Below(64);
                MemoryMarshal.Write(s.Params.AsSpan(Aio2Params.At.Features), in features);
                return s;
        }
    }

    private static SubmitStep Submit(AioModel model, byte slot, ref Dice dice)
    {
        byte[] iocbs = new IocbGenerator(model).Submission(ref dice, dice.Percent(10) ? 40 : 6);
        var step = new SubmitStep(slot, iocbs, Ext: dice.Percent(80) ? Pointer.Good : Pointer.Null);
        return dice.Below(50) switch
        {
            0 => step with { At = dice.Of(Pointer.Null, Pointer.Guard, Pointer.NonCanonical) },
            1 => step with { Ext = dice.Of(Pointer.Guard, Pointer.NonCanonical) },
            2 => step with { Ext = Pointer.Good, ExtSize = dice.Of(0u, 31u, 40u, 4096u, 4097u) },
            3 => step with { Misalign = (byte)(1 + dice.Below(7)) },
            _ => step,
        };
    }

    private static GetStep Get(AioModel model, byte slot, ref Dice dice)
    {
        var context = model.Context(slot);
        uint bytes = (uint)dice.Of(0, 8, 24, 40, 48, 256, 1024, 4096, 65536);
        uint min = context is null || context.Uncertain || dice.Percent(60) ? 0
            : Math.Min(bytes, (uint)(IoEvent2.SizeOf * context.CountOf(Completion.Certain)));
        var wait = new Aio2Wait { Size = Aio2Wait.SizeOf, Sec = min > 0 ? 20 : 0 };
        byte[] waitBytes = new byte[Aio2Wait.SizeOf];
        MemoryMarshal.Write(waitBytes, in wait);
        var step = new GetStep(slot, bytes, min, dice.Percent(50) ? waitBytes : null, bytes);
        switch (dice.Below(20))
        {
            case 0: return step with { At = dice.Of(Pointer.Null, Pointer.Guard, Pointer.ReadOnly, Pointer.NonCanonical), Good = 0 };
            case 1: return step with { Good = (uint)dice.Below((int)bytes + 1) };
            case 2: return step with { Flags = 1u << dice.Below(32) };
            case 3: return step with { MinBytes = bytes + 1 };
            case 4:
                waitBytes[dice.Of(0, 1, 4, 7, 15, 23, 36)] ^= (byte)(1 << dice.Below(8));
                return step with { Wait = waitBytes, MinBytes = 0 };
            case 5: return step with { Wait = waitBytes, WaitAt = dice.Of(Pointer.Guard, Pointer.NonCanonical) };
            case 6:
                // One more byte than can be there: a short timeout must end it.
                wait.Sec = 0;
                wait.Nsec = dice.Below(200_000);
                MemoryMarshal.Write(waitBytes, in wait);
                return step with { Bytes = 65536, Good = 65536, MinBytes = 40000, Wait = waitBytes };
            default: return step;
        }
    }
}
