using System.Globalization;
using System.Runtime.InteropServices;
using AioV2.Abi;

namespace AioV2.Conformance.World;

/// <summary>The child's side of <see cref="WorldLayout"/>: makes the descriptors and the memory, and resets them.</summary>
public sealed unsafe class TestWorld
{
    private ulong _dirtyPipes;
    private bool _dirtyFile;

    // By sequences of the model, which says nothing of what it holds: only its size is brought back.
    private bool _writtenFile;

    /// <summary>Makes everything at its fixed place.</summary>
    /// <exception cref="InvalidOperationException">A place is taken or a limit is too small.</exception>
    public TestWorld()
    {
        MakeMemory();
        MakeFiles();
        for (int i = 0; i < WorldLayout.Pipes; i++)
        {
            MakePipe(i);
        }

        for (int i = 0; i < WorldLayout.Eventfds; i++)
        {
            Place((int)Libc.Must(Libc.EventFd(0, Libc.ONonBlock), "eventfd"), WorldLayout.Eventfd + i);
        }
    }

    /// <summary>Brings pipes, eventfds and files back to how a sequence finds them.</summary>
    public void Reset()
    {
        for (int i = 0; _dirtyPipes != 0 && i < WorldLayout.Pipes; i++)
        {
            if ((_dirtyPipes >> i & 1) != 0)
            {
                MakePipe(i);
            }
        }

        _dirtyPipes = 0;
        for (int i = 0; i < WorldLayout.Eventfds; i++)
        {
            ulong count;
            _ = Libc.Read(WorldLayout.Eventfd + i, &count, 8);
        }

        if (_dirtyFile)
        {
            ResetScratch();
        }
        else if (_writtenFile)
        {
            SizeScratch();
        }

        (_dirtyFile, _writtenFile) = (false, false);
    }

    /// <summary>Says that a sequence writes to pipes or to the scratch file.</summary>
    public void Touch(ulong pipes, bool file)
    {
        _dirtyPipes |= pipes;
        _dirtyFile |= file;
    }

    /// <summary>Notes which pipes and files a submission may use: those whose number stands where a record may have its descriptor.</summary>
    public void Touch(ReadOnlySpan<byte> iocbs)
    {
        for (int at = Iocb2.At.Fd; at + sizeof(int) <= iocbs.Length; at += (int)Aio2.Align)
        {
            int fd = MemoryMarshal.Read<int>(iocbs[at..]);
            _writtenFile |= fd is WorldLayout.FileWo or WorldLayout.FileRw;
            _dirtyPipes |= fd is >= WorldLayout.PipeRead and < WorldLayout.PipeWrite + WorldLayout.Pipes ? 1ul << ((fd - WorldLayout.PipeRead) % WorldLayout.Pipes) : 0;
        }
    }

    /// <summary>Writes bytes into a pipe, as the user does to let a read complete.</summary>
    public void Feed(int pipe, int bytes)
    {
        byte* buffer = stackalloc byte[bytes];
        for (int i = 0; i < bytes; i++)
        {
            buffer[i] = (byte)i;
        }

        _dirtyPipes |= 1ul << pipe;
        Libc.Must(Libc.Write(WorldLayout.PipeWrite + pipe, buffer, (nuint)bytes), "write to a pipe");
    }

    private static void MakeMemory()
    {
        int flags = Libc.MapPrivate | Libc.MapAnonymous | Libc.MapNoReserve | Libc.MapFixedNoReplace;
        void* at = Libc.Mmap((void*)WorldLayout.Base, unchecked((nuint)WorldLayout.Reserved), Libc.ProtNone, flags, -1, 0);
        if ((ulong)at != WorldLayout.Base)
        {
            throw new InvalidOperationException($"the test's memory cannot be had at 0x{WorldLayout.Base:x}");
        }

        Allow(WorldLayout.Data, WorldLayout.DataBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Meta, WorldLayout.MetaBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Iocbs, WorldLayout.IocbsBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Events, WorldLayout.EventsBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Params, WorldLayout.ParamsBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Wait, WorldLayout.PageBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.Ext, WorldLayout.PageBytes, Libc.ProtRead | Libc.ProtWrite);
        Allow(WorldLayout.ReadOnlyPage, WorldLayout.PageBytes, Libc.ProtRead);
    }

    private static void Allow(ulong address, int bytes, int protection) =>
        Libc.Must(Libc.Mprotect((void*)address, (nuint)bytes, protection), "mprotect");

    private static void MakeFiles()
    {
        int pattern = (int)Libc.Must(Libc.MemfdCreate("aio2-pattern", 1), "memfd_create");
        byte* page = stackalloc byte[4096];
        for (long at = 0; at < WorldLayout.FileBytes; at += 4096)
        {
            for (int i = 0; i < 4096; i++)
            {
                page[i] = WorldLayout.Pattern(at + i);
            }

            Libc.Must(Libc.Pwrite(pattern, page, 4096, at), "pwrite");
        }

        Place(Reopen(pattern, Libc.ORdOnly), WorldLayout.FileRo);
        _ = Libc.Close(pattern);
        int scratch = (int)Libc.Must(Libc.MemfdCreate("aio2-scratch", 1), "memfd_create");
        Place(Reopen(scratch, Libc.OWrOnly), WorldLayout.FileWo);
        Place(Reopen(scratch, Libc.ORdWr), WorldLayout.FileRw);
        _ = Libc.Close(scratch);
        ResetScratch();
    }

    private static void ResetScratch()
    {
        Libc.Must(Libc.Ftruncate(WorldLayout.FileRw, 0), "ftruncate");
        SizeScratch();
    }

    private static void SizeScratch()
    {
        Libc.Must(Libc.Ftruncate(WorldLayout.FileRw, WorldLayout.FileBytes), "ftruncate");
    }

    private static int Reopen(int fd, int flags) => (int)Libc.Must(
        Libc.Open(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{fd}"), flags | Libc.OCloExec, 0), "open");

    private static void MakePipe(int index)
    {
        int* ends = stackalloc int[2];
        Libc.Must(Libc.Pipe2(ends, Libc.OCloExec), "pipe2");
        Place(ends[0], WorldLayout.PipeRead + index);
        Place(ends[1], WorldLayout.PipeWrite + index);
    }

    private static void Place(int from, int to)
    {
        Libc.Must(Libc.Dup3(from, to, Libc.OCloExec), "dup3");
        _ = Libc.Close(from);
    }
}
