using System.Diagnostics;
using AioV2.Abi.Calls;

namespace AioV2.Abi.Tests;

/// <summary>Nine C functions that write down what they were given.</summary>
public sealed unsafe class LoadedAio2Tests
{
    private const string Source = """
        #include <stddef.h>
        #include <stdint.h>
        static uint64_t *log_;
        void keep_log(uint64_t *log) { log_ = log; }
        #define L(n, a, b, c, d, e, f) do { uint64_t all[] = { n, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), \
            (uint64_t)(d), (uint64_t)(e), (uint64_t)(f) }; for (int i = 0; i < 7; i++) log_[i] = all[i]; } while (0)
        long io_setup2(uint32_t v, uint32_t f, void *p, size_t s) { L(1, v, f, (uintptr_t)p, s, 0, 0); return -22; }
        long io_destroy2(uint32_t c) { L(2, c, 0, 0, 0, 0, 0); return -6; }
        long io_submit2(uint32_t c, const void *p, size_t s, void *x) { L(3, c, (uintptr_t)p, s, (uintptr_t)x, 0, 0); return 48; }
        long io_getevents2(uint32_t c, void *p, size_t s, size_t m, const void *w, uint32_t f) { L(4, c, (uintptr_t)p, s, m, (uintptr_t)w, f); return 24; }
        #ifndef LACKING
        long io_cancel2(uint32_t c, uint64_t u, uint32_t f) { L(5, c, u, f, 0, 0, 0); return 1; }
        #endif
        long io_issue2(const void *p, size_t s, void *e, size_t n, uint32_t f) { L(6, (uintptr_t)p, s, (uintptr_t)e, n, f, 0); return 24; }
        long io_list2(uint32_t c, uint64_t *u, void *p, size_t s) { L(7, c, (uintptr_t)u, (uintptr_t)p, s, 0, 0); return 0; }
        long io_probe2(uint32_t w, void *p, size_t s) { L(8, w, (uintptr_t)p, s, 0, 0, 0); return 128; }
        long io_ring_ctl2(uint32_t c, uint32_t o, uint64_t a) { L(9, c, o, a, 0, 0, 0); return -95; }
        """;

    [Fact]
    public void Every_call_reaches_its_symbol_with_its_arguments_and_its_answer_comes_back()
    {
        using var library = new BuiltLibrary("");
        using var aio = new LoadedAio2(library.Path);
        ulong* log = stackalloc ulong[7];
        nint handle = System.Runtime.InteropServices.NativeLibrary.Load(library.Path);
        ((delegate* unmanaged[Cdecl]<ulong*, void>)System.Runtime.InteropServices.NativeLibrary.GetExport(handle, "keep_log"))(log);
        var p = (void*)0x1111_2222_3333_4444;
        var q = (void*)0x5555_6666_7777_8888;

        Assert.Equal(-22, aio.Setup(2, 0x81, (Aio2Params*)p, 96));
        Expect(1, 2, 0x81, (ulong)p, 96);
        Assert.Equal(-6, aio.Destroy(0xffff_fffe));
        Expect(2, 0xffff_fffe);
        Assert.Equal(48, aio.Submit(7, p, 1 << 20, (Aio2Extack*)q));
        Expect(3, 7, (ulong)p, 1 << 20, (ulong)q);
        Assert.Equal(24, aio.GetEvents(7, p, 4096, 24, (Aio2Wait*)q, 9));
        Expect(4, 7, (ulong)p, 4096, 24, (ulong)q, 9);
        Assert.Equal(1, aio.Cancel(7, ulong.MaxValue, 1));
        Expect(5, 7, ulong.MaxValue, 1);
        Assert.Equal(24, aio.Issue(p, 48, q, 24, 3));
        Expect(6, (ulong)p, 48, (ulong)q, 24, 3);
        Assert.Equal(0, aio.List(7, (ulong*)p, q, 100));
        Expect(7, 7, (ulong)p, (ulong)q, 100);
        Assert.Equal(128, aio.Probe(1, p, 128));
        Expect(8, 1, (ulong)p, 128);
        Assert.Equal(-95, aio.RingCtl(7, 2, (ulong)q));
        Expect(9, 7, 2, (ulong)q);

        void Expect(params ulong[] call)
        {
            Array.Resize(ref call, 7);
            Assert.Equal(call, new ReadOnlySpan<ulong>(log, 7).ToArray());
        }
    }

    [Fact]
    public void A_missing_symbol_is_named_with_the_path()
    {
        using var library = new BuiltLibrary("-DLACKING");

        Aio2Exception e = Assert.Throws<Aio2Exception>(() => new LoadedAio2(library.Path));

        Assert.Equal(Errno.ENOSYS, e.Errno);
        Assert.Contains(library.Path, e.Message, StringComparison.Ordinal);
        Assert.Contains("io_cancel2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_is_unloaded_with_its_calls_and_where_one_is_missing()
    {
        using var library = new BuiltLibrary("");
        using (var aio = new LoadedAio2(library.Path))
        {
            Assert.True(IsLoaded(library));
            aio.Dispose();
            Assert.False(IsLoaded(library));
        }

        using var lacking = new BuiltLibrary("-DLACKING");
        Assert.Throws<Aio2Exception>(() => new LoadedAio2(lacking.Path));
        Assert.False(IsLoaded(lacking));

        static bool IsLoaded(BuiltLibrary library) => File.ReadAllText("/proc/self/maps").Contains(library.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_without_a_name_is_no_library_that_is_missing() =>
        Assert.Throws<ArgumentException>(() => new LoadedAio2(""));

    [Fact]
    public void A_library_that_is_not_there_or_is_none_is_named()
    {
        Aio2Exception missing = Assert.Throws<Aio2Exception>(() => new LoadedAio2("/nowhere/libaio2.so"));
        Aio2Exception none = Assert.Throws<Aio2Exception>(() => new LoadedAio2("/etc/passwd"));

        Assert.Equal((Errno.ENOENT, Errno.ENOENT), (missing.Errno, none.Errno));
        Assert.Contains("/nowhere/libaio2.so", missing.Message, StringComparison.Ordinal);
        Assert.Contains("/etc/passwd", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_carries_errno_reason_and_offset()
    {
        var e = new Aio2Exception("io_submit2", Errno.EINVAL, Aio2Reason.AttrTypeZero, 56);

        Assert.Equal((Errno.EINVAL, Aio2Reason.AttrTypeZero, 56L), (e.Errno, e.Reason, e.Offset));
        Assert.Equal($"io_submit2: EINVAL: {Aio2Reason.TextOf(Aio2Reason.AttrTypeZero)}, at byte 56", e.Message);
    }

    /// <summary>The source, compiled into a directory of its own.</summary>
    private sealed class BuiltLibrary : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("aio2-calls-").FullName;

        public BuiltLibrary(string option)
        {
            Path = System.IO.Path.Combine(_folder, "libcalls.so");
            string source = System.IO.Path.Combine(_folder, "calls.c");
            File.WriteAllText(source, Source);
            using Process gcc = Process.Start("gcc", $"-shared -fPIC -O1 {option} -o {Path} {source}");
            gcc.WaitForExit();
            Assert.Equal(0, gcc.ExitCode);
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
