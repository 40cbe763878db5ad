using System.Runtime.CompilerServices;
using AioV2.Kernel.Linux;

namespace AioV2.Kernel.Contexts;

/// <summary>A context's lock: taken by one atomic operation, given up by a plain store. Not recursive.</summary>
/// <remarks>
/// <para>What the library's lock costs is a third of a single NOP: two atomic operations and the thread's managed id. Here who gives
/// up stores the word and then loads <see cref="_sleepers"/> with no fence between them. Who is about to sleep pays for it: it counts
/// itself, makes every thread of the process pass a full fence, and looks again. Whose load came before that fence has its store
/// before it, too, and the look finds the lock free; whose load comes behind it finds the sleeper, and wakes it (tests/model/lock.pml).</para>
/// <para>A woken sleeper competes with whoever comes: nobody is handed the lock. It is held for less than a microsecond at a time
/// (invariant 7 of <see cref="Context"/>), so that almost nobody sleeps.</para></remarks>
internal sealed unsafe class ContextLock
{
    private const uint Free = 0, Taken = 1;
    private const int Looks = 20;

    // Pinned, since a futex is an address; a cache line of its own.
    private readonly uint[] _memory = GC.AllocateArray<uint>(32, pinned: true);
    private readonly uint* _word;
    private int _sleepers;

    public ContextLock() => _word = (uint*)Unsafe.AsPointer(ref _memory[16]);

    /// <summary>Who sleeps until the lock is given up, or is about to.</summary>
    public int Sleepers => Volatile.Read(ref _sleepers);

    /// <summary>Takes the lock.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref *_word, Taken, Free) != Free)
        {
            Contend();
        }
    }

    /// <summary>Gives the lock up.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit()
    {
        // Release; the load may pass it, which is what Contend's fence is for.
        Volatile.Write(ref *_word, Free);
        if (Volatile.Read(ref _sleepers) != 0)
        {
            Wake();
        }
    }

    /// <summary>Takes the lock until the scope ends.</summary>
    public Scope EnterScope()
    {
        Enter();
        return new Scope(this);
    }

    private void Contend()
    {
        var spinner = default(SpinWait);
        for (var look = 0; look < Looks; look++)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
            if (*_word == Free && Interlocked.CompareExchange(ref *_word, Taken, Free) == Free)
            {
                return;
            }
        }

        _ = Interlocked.Increment(ref _sleepers);
        Interlocked.MemoryBarrierProcessWide();
        while (Interlocked.CompareExchange(ref *_word, Taken, Free) != Free)
        {
            _ = Futex.Wait(_word, Taken);
        }

        _ = Interlocked.Decrement(ref _sleepers);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake() => Futex.Wake(_word, 1);

    /// <summary>A hold of the lock.</summary>
    public readonly ref struct Scope(ContextLock held)
    {
        /// <summary>Gives it up.</summary>
        public void Dispose() => held.Exit();
    }
}
