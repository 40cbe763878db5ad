using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Linux;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Engines;

/// <summary>Which reads end inside io_submit2, and which must not be tried there (design §5).</summary>
public sealed unsafe class InlineReadTests
{
    [Fact, Requirement("SUBMIT-6")]
    public void A_cached_read_ends_inside_the_call()
    {
        using var file = new ScratchFile(content: ScratchFile.Pattern(8192));
        _ = File.ReadAllBytes(file.Path);
        Assert.Equal((true, 4096L), Try(file.Fd, 4096, 4096));

        // Behind the end: nothing is there, and that is known at once.
        Assert.Equal((true, 0L), Try(file.Fd, 8192, 64));
    }

    [Fact, Requirement("SUBMIT-6")]
    public void A_read_that_may_be_short_goes_on_in_the_engine()
    {
        using var file = new ScratchFile(content: ScratchFile.Pattern(8192));
        _ = File.ReadAllBytes(file.Path);
        var (ended, moved) = Try(file.Fd, 8000, 512);
        Assert.False(ended);
        Assert.Equal(192, moved);
    }

    [Fact, Requirement("SUBMIT-6")]
    public void A_read_on_tmpfs_ends_inside_the_call_short_or_not()
    {
        var fd = EngineBench.OpenTmpfs(5000);
        Assert.Equal((true, 4096L), Try(fd, 0, 4096));
        Assert.Equal((true, 904L), Try(fd, 4096, 4096));
        _ = Libc.Close(fd);
    }

    [Fact, Requirement("SUBMIT-6")]
    public void O_DIRECT_is_never_tried_inside_the_call()
    {
        using var file = new ScratchFile(Libc.O_RDONLY | Libc.O_DIRECT, ScratchFile.Pattern(8192));
        Assert.Equal((false, 0L), Try(file.Fd, 0, 4096));
    }

    [Fact, Requirement("SUBMIT-6")]
    public void What_is_not_a_regular_file_is_never_tried_inside_the_call()
    {
        using var pipe = new Pipe();
        pipe.Put(64);
        Assert.Equal((false, 0L), Try(pipe.ReadEnd, -1, 64));
        var zero = Libc.Open("/dev/zero", Libc.O_RDONLY | Libc.O_CLOEXEC);
        Assert.Equal((false, 0L), Try(zero, 0, 64));
        _ = Libc.Close(zero);
    }

    [Fact, Requirement("SUBMIT-4")]
    public void The_file_position_is_never_used_inside_the_call()
    {
        using var file = new ScratchFile(content: ScratchFile.Pattern(8192));
        Assert.Equal((false, 0L), Try(file.Fd, -1, 64));
    }

    [Fact, Requirement("SUBMIT-6")]
    public void A_read_of_what_is_not_cached_is_left_to_the_engine()
    {
        using var file = new ScratchFile(content: ScratchFile.Pattern(1 << 20));
        Assert.Equal(0, Libc.Fsync(file.Fd));
        var state = default(Cachestat);
        var range = new CachestatRange { Offset = 512 * 1024, Bytes = 4096 };

        // The attempt starts the read, and a busy machine may be away from it until the device has answered: then it has ended,
        // and has not waited either.
        var found = (Ended: true, Moved: 4096L);
        for (var drops = 0; found == (true, 4096L) && drops < 1000; drops++)
        {
            Assert.Equal(0, Libc.Fadvise(file.Fd, 0, 0, 4));
            Assert.Equal(0, Libc.Cachestat(file.Fd, &range, &state));
            Assert.Equal(0ul, state.Cached);
            found = Try(file.Fd, 512 * 1024, 4096);
        }

        Assert.Equal((false, 0L), found);
    }

    // As submit does it: the call's look at the descriptor, then the attempt.
    private static (bool Ended, long Moved) Try(int fd, long offset, int bytes)
    {
        var entries = stackalloc byte[DescriptorTable.InlineBytes];
        var descriptors = new DescriptorTable(entries);
        var r = (Request*)NativeMemory.AllocZeroed((nuint)Request.BlockBytes(Iocb2.SizeOf, IoEvent2.SizeOf, 1));
        var data = NativeMemory.Alloc((nuint)bytes);
        *r = new Request
        {
            Opcode = Aio2Op.Pread, Offset = offset, DataBytes = (ulong)bytes, SegmentCount = 1, IocbBytes = Iocb2.SizeOf, EventBytes = IoEvent2.SizeOf,
            Traits = descriptors.At(descriptors.Find(fd, holds: false))->Traits,
        };
        *Request.Segments(r) = new Iovec { Base = (ulong)data, Bytes = (ulong)bytes };
        var ended = InlineRead.TryEnd(r, fd);
        var moved = (long)r->Transferred;
        Assert.True(!ended || r->Res == moved);
        NativeMemory.Free(data);
        NativeMemory.Free(r);
        descriptors.Dispose();
        return (ended, moved);
    }
}
