using AioV2.Abi;

namespace AioV2.Cli.Soak;

/// <summary>Stores to whatever the user can write of the ring, and to the iocbs, while calls run.</summary>
internal sealed unsafe class Scribbler(Episode episode, int index) : Actor(episode, index)
{
    private const int Page = 4096;

    protected override void Step(ref Dice dice)
    {
        if (Plan.ScribblesIocbs && (!Plan.ScribblesRing || dice.OneIn(2)))
        {
            ScribbleIocb(ref dice);
        }
        else
        {
            ScribbleRing(ref dice);
        }

        // Not a flood: those who are attacked need the processor too.
        if (dice.OneIn(32))
        {
            _ = Thread.Yield();
        }
    }

    private void ScribbleIocb(ref Dice dice)
    {
        Begin(SoakCount.ScribbleIocb);
        if (dice.OneIn(6))
        {
            Episode.Draw.Vector(ref dice);
            return;
        }

        var caller = dice.Below(Plan.Callers);
        var word = dice.Below(6);
        var at = (ulong*)(Episode.Arena.Iocbs(caller) + (dice.Below(8) * Iocb2.SizeOf)) + word;
        var value = Episode.Draw.Word(word, ref dice);
        if (Plan.MovesBuffers)
        {
            lock (Episode.Hand(caller))
            {
                _ = Linux.Protect(Episode.Arena.Iocbs(caller), Arena.IocbBytes, Linux.ProtRead | Linux.ProtWrite);
                Volatile.Write(ref *at, value);
            }
        }
        else
        {
            Volatile.Write(ref *at, value);
        }
    }

    private void ScribbleRing(ref Dice dice)
    {
        var view = Episode.Ring.View;
        var header = (Aio2Ring*)view;
        var user = (Aio2RingUser*)(view + Episode.Ring.UserOffset);
        var tail = Volatile.Read(ref header->Tail);
        var head = Volatile.Read(ref user->Head);
        ulong value = dice.Below(12) switch
        {
            0 => dice.Next(),
            1 => tail,
            2 => tail + 8,
            3 => tail - 8,
            4 => head + 24,
            5 => head - 8,
            6 => tail - Plan.RingBytes,
            7 => ulong.MaxValue,
            8 => 0ul,
            9 => head + (ulong)(dice.Below(64) * 8),
            10 => 1ul << 63,
            _ => head ^ (1ul << dice.Below(64)),
        };
        if (dice.OneIn(3))
        {
            // Rarely what is invalid at once, else nothing but CORRUPT would ever be met.
            Begin(SoakCount.ScribbleHead);
            Volatile.Write(ref user->Head, dice.OneIn(50) ? value : Math.Min(head + 24, tail));
            return;
        }

        Begin(SoakCount.ScribbleRing);
        var isWhole = view == Episode.Ring.Own;
        var words = (int)((isWhole ? Episode.Ring.OwnBytes : Page) / 8);
        var word = dice.Below(words);
        var target = (ulong*)(isWhole ? view : (byte*)user) + word;
        if (target != &user->Head)
        {
            Volatile.Write(ref *target, value);
        }
    }
}
