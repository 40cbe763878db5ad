using System.Text;

namespace AioV2.Cli.Soak;

/// <summary>What the child of a soak tells its parent, in shared memory that outlives a crash.</summary>
/// <remarks><code>
///  words  0 episode | 1 finding's bytes | 2 done | 3 way out | 8… counts
///         256… four for each actor: the step it is in, from 1 (0: none) | steps made | thread | unused
///  bytes  4096… the finding, UTF-8
/// </code> A memory file: nothing of it is left when both processes are gone, however they went.</remarks>
internal sealed unsafe class SoakJournal : IDisposable
{
    /// <summary>Most threads of an episode.</summary>
    public const int Actors = 8;

    private const int Bytes = 16384, TextAt = 4096, CountsAt = 8, ActorsAt = 256;

    private readonly int _fd;
    private readonly long* _words;

    private SoakJournal(int fd)
    {
        _fd = fd;
        _words = (long*)Linux.Map(null, Bytes, Linux.ProtRead | Linux.ProtWrite, Linux.MapShared, fd);
    }

    /// <summary>Where a child finds it.</summary>
    public string Path => $"/proc/{Environment.ProcessId}/fd/{_fd}";

    /// <summary>The episode that runs.</summary>
    public ref long Episode => ref _words[0];

    /// <summary>Whether the child has ended as it should.</summary>
    public ref long Done => ref _words[2];

    /// <summary>How a process is about to leave in the middle of an episode, a <see cref="WayOut"/>; none while it does not.</summary>
    public ref long Leaving => ref _words[3];

    /// <summary>What is wrong, if something is.</summary>
    public string Finding => Encoding.UTF8.GetString((byte*)_words + TextAt, (int)Volatile.Read(ref _words[1]));

    public static SoakJournal Create()
    {
        var fd = Linux.Require(Linux.Memfd("aio2-soak", Linux.MemfdCloexec));
        Linux.Require(Linux.Truncate(fd, Bytes));
        return new SoakJournal(fd);
    }

    public static SoakJournal Open(string path) => new(Linux.Require(Linux.Open(path, Linux.OpenReadWrite | Linux.OpenCloexec, 0)));

    /// <summary>One of the numbers.</summary>
    public ref long Count(SoakCount what) => ref _words[CountsAt + (int)what];

    /// <summary>An actor's words.</summary>
    public long* Actor(int index) => _words + ActorsAt + (index * 4);

    /// <summary>Keeps the first finding.</summary>
    public void Report(string finding)
    {
        var text = Encoding.UTF8.GetBytes(finding);
        var length = Math.Min(text.Length, Bytes - TextAt);
        lock (this)
        {
            if (_words[1] == 0)
            {
                text.AsSpan(0, length).CopyTo(new Span<byte>((byte*)_words + TextAt, length));
                Volatile.Write(ref _words[1], length);
            }
        }
    }

    /// <summary>Hostile steps made, those of actors at work included.</summary>
    public long TotalSteps()
    {
        long total = 0;
        for (var i = 0; i < (int)SoakCount.Steps; i++)
        {
            total += Volatile.Read(ref Count((SoakCount)i));
        }

        return total;
    }

    public void Dispose()
    {
        _ = Linux.Unmap(_words, Bytes);
        _ = Linux.Close(_fd);
    }
}
