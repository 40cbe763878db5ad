using System.Runtime.InteropServices;
using AioV2.Abi;
using AioV2.Abi.Codecs;
using AioV2.Abi.Ring;
using AioV2.Tests;

namespace AioV2.Spec.Tests;

public sealed unsafe class CrossLanguageTests
{
    private const int MapBytes = 3 * 4096;

    public static TheoryData<string> Targets => CompilerTarget.Names;

    public static TheoryData<string> LittleEndianTargets => [.. CompilerTarget.All.Where(t => t.LittleEndian).Select(t => t.Name)];

    [Fact, Requirement("ABI-1", "ABI-3")]
    public void Every_struct_of_the_spec_is_a_struct_in_CSharp() =>
        Assert.Equal(Repository.Spec.Structs.Select(s => s.Name).Order(), LayoutProgram.Structs.Select(s => s.C.Name).Order());

    [Theory, MemberData(nameof(Targets)), Requirement("ABI-1", "ABI-2", "ABI-3")]
    public void C_agrees_with_CSharp_on_every_field_and_constant(string target)
    {
        var source = Repository.Artifact("c", $"layout-{target}.c");
        File.WriteAllText(source, LayoutProgram.Generate());

        CompilerTarget.Named(target).Compile("-std=gnu11", "-Wall", "-Werror", "-Wno-type-limits", "-fsyntax-only", source);
    }

    [Theory, MemberData(nameof(Targets)), Requirement("ABI-3")]
    public void A_field_that_C_has_elsewhere_is_found(string target)
    {
        var right = LayoutProgram.Generate();
        var wrong = right.Replace("offsetof(struct iocb2, len) == 32", "offsetof(struct iocb2, len) == 28");
        Assert.NotEqual(right, wrong);
        var source = Repository.Artifact("c", $"wrong-{target}.c");
        File.WriteAllText(source, wrong);

        var failure = Assert.ThrowsAny<Exception>(() => CompilerTarget.Named(target).Compile("-std=gnu11", "-fsyntax-only", source));
        Assert.Contains("static assertion failed", failure.Message, StringComparison.Ordinal);
    }

    [Fact, Requirement("ABI-1")]
    public void Cxx_agrees_with_CSharp_on_every_field_and_constant()
    {
        var source = Repository.Artifact("c", "layout.cc");
        File.WriteAllText(source, LayoutProgram.Generate());

        new CompilerTarget("C++", "g++", [], null, true).Compile("-std=c++17", "-Wall", "-Werror", "-Wno-type-limits", "-fsyntax-only", "-x", "c++", source);
    }

    [Theory, MemberData(nameof(LittleEndianTargets)), Requirement("ABI-1", "ABI-2")]
    public void CSharp_reads_the_ring_that_C_wrote(string target) => WithRing(target, map =>
    {
        Assert.Equal(RingOpenStatus.Ok, RingReaper.Open((byte*)map, MapBytes, single: false, out var reaper));
        Assert.Equal(0x01020304u, reaper!.Ctx);
        Assert.Equal(1024u, reaper.MaxEventBytes);
        var buffer = new byte[1024];
        Assert.Equal(RingStatus.Event, reaper.ReadBatch(buffer, out var bytes));

        var run = new EventRun(buffer.AsSpan(0, bytes));
        Assert.True(run.TryNext(out var plain));
        Assert.Equal((0x1122334455667788ul, -125L, true), (plain.UserData, plain.Res, plain.More));
        Assert.True(run.TryNext(out var timed));
        Assert.Equal((42ul, 0x123456789L, false), (timed.UserData, timed.Res, timed.More));
        Assert.True(timed.TryGetReturn(Aio2AttrType.Timing, out var timing));
        var stamps = timing.Read<Aio2RetTiming>();
        Assert.Equal((1000000000001ul, 1000000000002ul, 1000000000003ul), (stamps.Submit, stamps.Issue, stamps.Complete));
        Assert.True(timed.TryGetReturn(Aio2AttrType.DriverBase, out var unsupported));
        Assert.Equal(-Errno.EOPNOTSUPP, unsupported.Status);
        Assert.False(run.TryNext(out _));
        Assert.False(run.Error.IsError);
        Assert.Equal(RingStatus.Empty, reaper.Test());
    });

    [Theory, MemberData(nameof(LittleEndianTargets)), Requirement("ABI-1", "ABI-2")]
    public void CSharp_reads_the_iocb_that_C_wrote(string target)
    {
        var (_, record) = Write(target);

        Assert.False(IocbReader.Open(record, out var iocb).IsError);
        Assert.False(iocb.CheckAttributes().IsError);
        Assert.Equal((Aio2Op.Pwrite, 0xfedcba9876543210ul, -2), (iocb.Opcode, iocb.UserData, iocb.Fd));
        Assert.Equal((Aio2Rwf.Dsync | Aio2Rwf.Nowait, 0x7fff12345678ul, 0x100000001ul, -1L), (iocb.RwFlags, iocb.Addr, iocb.Len, iocb.Offset));
        var attributes = iocb.Attributes;
        Assert.True(attributes.TryNext(out var timing));
        Assert.True(timing is { Type: Aio2AttrType.Timing, Required: true, NoReturn: false, Payload.Length: 0 });
        Assert.True(attributes.TryNext(out var trace));
        Assert.True(trace.NoReturn);
        Assert.False(trace.Read(Aio2AttrTraceId.FirstSizeOf, out Aio2AttrTraceId id).IsError);
        Assert.Equal((0x0102030405060708ul, 0x090a0b0c0d0e0f10ul), (id.High, id.Low));
        Assert.True(attributes.TryNext(out var prio));
        Assert.False(prio.Read(Aio2AttrIoprio.FirstSizeOf, out Aio2AttrIoprio ioprio).IsError);
        Assert.Equal(0x4007, ioprio.Ioprio);
        Assert.False(attributes.TryNext(out _));
    }

    [Fact, Requirement("ABI-2", "RING-1")]
    public void CSharp_refuses_by_its_magic_a_ring_of_the_other_endianness() => WithRing("s390x", map =>
    {
        Assert.Equal(RingOpenStatus.BadMagic, RingReaper.Open((byte*)map, MapBytes, single: false, out var reaper));
        Assert.Null(reaper);
    });

    private static void WithRing(string target, Action<nint> test)
    {
        var (ring, _) = Write(target);
        var map = (nint)NativeMemory.AlignedAlloc(MapBytes, 4096);
        try
        {
            ring.CopyTo(new Span<byte>((void*)map, MapBytes));
            test(map);
        }
        finally
        {
            NativeMemory.AlignedFree((void*)map);
        }
    }

    private static (byte[] Ring, byte[] Iocb) Write(string name)
    {
        var target = CompilerTarget.Named(name);
        var program = Repository.Artifact("c", $"records-{name}");
        var (ring, iocb) = (Repository.Artifact("c", $"{name}.ring"), Repository.Artifact("c", $"{name}.iocb"));
        target.Compile("-std=gnu11", "-Wall", "-Wextra", "-Werror", "-static", "-o", program, Repository.At("tests/c/records.c"));
        File.Delete(ring);
        File.Delete(iocb);
        target.Run(program, ring, iocb);
        var bytes = File.ReadAllBytes(ring);
        Assert.Equal(MapBytes, bytes.Length);
        return (bytes, File.ReadAllBytes(iocb));
    }
}
