using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;
using AioV2.Kernel.Tests.Attributes;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Hostile;

/// <summary>A file that a request holds serves the next calls that name it, and nothing else does: not its number, and not what it was.</summary>
public sealed unsafe class SharedFileTests : IDisposable
{
    private readonly FileSeats _seats = new();
    private readonly ScratchFile _file = new(content: [1, 2, 3]);
    private readonly int _number;

    public SharedFileTests() => _number = Libc.Dup(_file.Fd);

    // Since Linux 6.10; before that each call holds the file anew, and all else is the same.
    private bool IsComparable => Libc.FcntlIsSame(_number, _file.Fd) == 1;

    // A request of an earlier call, which holds the file.
    private HeldFile* Hold(int number)
    {
        var table = new DescriptorTable(Inline(), _seats);
        var held = table.Hold(table.Find(number, holds: true), out var error);
        Assert.Equal(0, error);
        HeldFile.AddReference(held);
        table.Dispose();
        return held;
    }

    [Fact, Requirement("SUBMIT-2")]
    public void A_file_that_a_request_holds_is_found_again()
    {
        var held = Hold(_number);
        var table = new DescriptorTable(Inline(), _seats);

        Assert.Equal(Libc.FcntlGetFlags(_number), table.FlagsOf(_number));
        Assert.Equal(IsComparable ? held->Fd : _number, table.LookFd(_number));
        var entry = table.At(table.Find(_number, holds: false));

        Assert.Equal(IsComparable, entry->File == held);
        Assert.Equal(RequestTraits.Seekable | RequestTraits.Regular | RequestTraits.Writable, entry->Traits);
        HeldFile.Release(held);
        byte got;
        Assert.Equal(1, Libc.Pread(entry->LookFd, &got, 1, 2));
        Assert.Equal(3, got);
        table.Dispose();
    }

    [Fact, Requirement("SUBMIT-2")]
    public void The_last_request_closes_it_and_the_next_call_holds_it_anew()
    {
        var held = Hold(_number);
        var fd = held->Fd;
        HeldFile.Release(held);

        Assert.Equal(-Errno.EBADF, Libc.FcntlGetFlags(fd));
        var table = new DescriptorTable(Inline(), _seats);
        Assert.False(IsShared(_number));
        var again = table.Hold(table.Find(_number, holds: true), out _);
        byte got;
        Assert.Equal(1, Libc.Pread(again->Fd, &got, 1, 2));
        Assert.Equal(3, got);
        table.Dispose();
    }

    [Fact, Requirement("SUBMIT-2", "SUBMIT-4")]
    public void A_number_that_means_another_file_by_now_is_that_file()
    {
        using var sockets = new SocketPair();
        var held = Hold(_number);
        ReusedNumberTests.Put(sockets.A, _number);
        var table = new DescriptorTable(Inline(), _seats);

        var entry = table.At(table.Find(_number, holds: true));

        Assert.True(entry->File != held);
        Assert.True((entry->Traits & RequestTraits.Pollable) != 0);
        table.Dispose();
        HeldFile.Release(held);
    }

    [Fact, Requirement("SUBMIT-4")]
    public void Another_opening_of_the_same_file_is_another_file()
    {
        var held = Hold(_number);
        var readOnly = Libc.Open(_file.Path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        ReusedNumberTests.Put(readOnly, _number);
        var table = new DescriptorTable(Inline(), _seats);

        var entry = table.At(table.Find(_number, holds: true));

        Assert.True(entry->File != held);
        Assert.Equal(RequestTraits.Seekable | RequestTraits.Regular, entry->Traits);
        table.Dispose();
        HeldFile.Release(held);
        Assert.Equal(0, Libc.Close(readOnly));
    }

    [Fact, Requirement("SUBMIT-4")]
    public void A_number_that_was_closed_is_bad_though_the_file_is_held()
    {
        var held = Hold(_number);
        var gone = Libc.Dup(_number);
        HeldFile* second = Hold(gone);
        Assert.Equal(0, Libc.Close(gone));
        var table = new DescriptorTable(Inline(), _seats);

        Assert.Equal(-Errno.EBADF, table.FlagsOf(gone));
        Assert.Equal(-Errno.EBADF, table.At(table.Find(gone, holds: false))->OpenFlags);

        table.Dispose();
        HeldFile.Release(held);
        HeldFile.Release(second);
    }

    [Fact, Requirement("SUBMIT-4")]
    public void Its_flags_are_asked_anew()
    {
        var held = Hold(_number);
        var flags = Libc.FcntlGetFlags(_number);
        foreach (var set in new[] { flags | Libc.O_NONBLOCK, flags })
        {
            Assert.Equal(0, Libc.Fcntl(_number, Libc.F_SETFL, set));
            var table = new DescriptorTable(Inline(), _seats);
            var entry = table.At(table.Find(_number, holds: false));
            Assert.Equal(IsComparable, entry->File == held);
            Assert.Equal(set, entry->OpenFlags);
            Assert.Equal((set & Libc.O_NONBLOCK) != 0, (entry->Traits & RequestTraits.NonBlocking) != 0);
            table.Dispose();
        }

        HeldFile.Release(held);
    }

    [Fact, Requirement("ATTR-7")]
    public void Its_owner_is_asked_anew()
    {
        const int FchownNumber = 93, FchownNumberArm64 = 55, Nobody = 65534;
        Assert.Equal(0, Libc.Fchmod(_file.Fd, 0x100));
        var readOnly = Libc.Open(_file.Path, Libc.O_RDONLY | Libc.O_CLOEXEC);
        var held = Hold(readOnly);
        foreach (var isOwner in new[] { false, true })
        {
            var owner = isOwner ? Nobody : 0;
            Assert.Equal(0, Libc.Syscall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? FchownNumberArm64 : FchownNumber, _file.Fd, owner, owner));
            Borrowed.AsNobody(() =>
            {
                var table = new DescriptorTable(Inline(), _seats);
                var entry = table.At(table.Find(readOnly, holds: false));
                Assert.Equal(IsComparable, entry->File == held);
                Assert.Equal(isOwner, entry->MayAskCache());
                table.Dispose();
            });
        }

        HeldFile.Release(held);
        Assert.Equal(0, Libc.Close(readOnly));
    }

    [Fact, Requirement("SUBMIT-2")]
    public void More_files_than_seats_are_held_for_themselves()
    {
        var numbers = Enumerable.Range(0, FileSeats.Max + 2).Select(_ => Libc.Open(_file.Path, Libc.O_RDWR | Libc.O_CLOEXEC)).ToArray();
        var held = new nint[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            held[i] = (nint)Hold(numbers[i]);
        }

        Assert.Equal(IsComparable ? FileSeats.Max : 0, numbers.Count(IsShared));
        for (var i = 0; i < numbers.Length; i++)
        {
            var fd = ((HeldFile*)held[i])->Fd;
            byte got;
            Assert.Equal(1, Libc.Pread(fd, &got, 1, 0));
            Assert.Equal(1, got);
            HeldFile.Release((HeldFile*)held[i]);
            Assert.Equal(-Errno.EBADF, Libc.FcntlGetFlags(fd));
            Assert.Equal(0, Libc.Close(numbers[i]));
        }
    }

    [Theory, InlineData(EngineKind.IoUring, Aio2Setup.UserReap), InlineData(EngineKind.IoUring, Aio2Setup.Defer), InlineData(EngineKind.Threads, 0u), Requirement("SUBMIT-2", "CTX-1")]
    public void Reads_of_a_number_that_others_reuse_are_of_one_file_each(EngineKind engine, uint flags)
    {
        const int Block = 4096, Submits = 500, AtOnce = 4;
        using var zeros = new ScratchFile(Libc.O_RDWR | Libc.O_DIRECT, new byte[Block]);
        using var ones = new ScratchFile(Libc.O_RDWR | Libc.O_DIRECT, Enumerable.Repeat((byte)1, Block).ToArray());
        var number = Libc.Dup(zeros.Fd);
        using var kernel = EmbeddedKernel.Create(new KernelOptions { Engine = engine, MaxWorkers = 4 });
        using var aio = Harness.Context(flags: flags, kernel: kernel);
        var buffer = (byte*)(((nint)aio.Memory((AtOnce + 1) * Block) + Block - 1) & -Block);
        var isOver = false;
        var reuser = new Thread(() =>
        {
            for (var i = 0; !Volatile.Read(ref isOver); i++)
            {
                ReusedNumberTests.Put(i % 2 == 0 ? ones.Fd : zeros.Fd, number);
            }
        });
        reuser.Start();
        try
        {
            for (var i = 0; i < Submits; i++)
            {
                for (var slot = 0; slot < AtOnce; slot++)
                {
                    Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(number, buffer + (slot * Block), Block, 0, (ulong)slot)));
                }

                foreach (var e in aio.Reap(AtOnce))
                {
                    Assert.True(e.Res is -Errno.EBADF or Block, $"the read ended with {e.Res}");
                    var got = new ReadOnlySpan<byte>(buffer + ((int)e.UserData * Block), Block);
                    Assert.True(e.Res < 0 || !got.ContainsAnyExcept(got[0]), "a read of two files");
                }
            }
        }
        finally
        {
            Volatile.Write(ref isOver, true);
            reuser.Join();
        }

        // Now that the number stays, what it means is what is read.
        foreach (var (file, content) in new[] { (ones.Fd, (byte)1), (zeros.Fd, (byte)0) })
        {
            ReusedNumberTests.Put(file, number);
            Assert.Equal(Iocb2.SizeOf, aio.Submit(Harness.Read(number, buffer, Block, 0, 9)));
            Assert.Equal(Block, aio.ReapOne().Res);
            Assert.False(new ReadOnlySpan<byte>(buffer, Block).ContainsAnyExcept(content));
        }

        Assert.Equal(0, Libc.Close(number));
    }

    public void Dispose()
    {
        _seats.Free();
        Assert.Equal(0, Libc.Close(_number));
        _file.Dispose();
        NativeMemory.Free((void*)_inline);
    }

    private nint _inline;

    private byte* Inline() => (byte*)(_inline = _inline != 0 ? _inline : (nint)NativeMemory.Alloc((nuint)DescriptorTable.InlineBytes));

    private bool IsShared(int number)
    {
        var seat = _seats.TryShare(number);
        if (seat == null)
        {
            return false;
        }

        HeldFile.Release(&seat->File);
        return true;
    }
}
