using AioV2.Abi;
using AioV2.Attributes.Pi;
using AioV2.Kernel.Devices;
using AioV2.Kernel.Linux;
using AioV2.Tests;

namespace AioV2.Kernel.Tests.Pi;

/// <summary>Pairs that do not belong together or are not whole (ATTR-8): an errno for the request, words for the administrator.</summary>
public sealed unsafe class SidecarFaultTests
{
    private static readonly PiFormat Format = new(PiType.Type1, PiGuard.Crc16);

    [Fact, Requirement("ATTR-8")]
    public void A_missing_sidecar_is_ENOENT_for_reads_writes_and_syncs()
    {
        using var pi = new PiFile(Format, 4);
        File.Delete(pi.SidecarPath);

        Fails(pi, Errno.ENOENT, "is missing");
        pi.Aio.Submit(Harness.Write(pi.Fd, pi.DataAddress, 512, 0));
        Assert.Equal(-Errno.ENOENT, pi.Aio.ReapOne().Res);
        pi.Aio.Submit(new Iocb2 { Bytes = 48, Opcode = Aio2Op.Fsync, Fd = pi.Fd });
        Assert.Equal(-Errno.ENOENT, pi.Aio.ReapOne().Res);
    }

    [Theory, Requirement("ATTR-8")]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4096 + (4 * 16) - 1)]
    public void A_truncated_sidecar_is_EUCLEAN_wherever_the_request_lies(long bytes)
    {
        using var pi = new PiFile(Format, 4);
        using (var stream = new FileStream(pi.SidecarPath, FileMode.Open))
        {
            stream.SetLength(bytes);
        }

        Fails(pi, Errno.EUCLEAN, "is truncated");
    }

    [Fact, Requirement("ATTR-8")]
    public void A_truncated_data_file_is_EUCLEAN()
    {
        using var pi = new PiFile(Format, 4);
        Assert.Equal(0, Libc.Ftruncate(pi.Fd, (4 * 512) - 1));

        Fails(pi, Errno.EUCLEAN, "is truncated");
    }

    [Fact, Requirement("ATTR-8")]
    public void The_sidecar_of_another_file_is_ESTALE()
    {
        using var pi = new PiFile(Format, 4);
        using var other = new PiFile(Format, 4);
        File.Copy(other.SidecarPath, pi.SidecarPath, overwrite: true);

        Fails(pi, Errno.ESTALE, "is foreign");
    }

    [Fact, Requirement("ATTR-8")]
    public void A_mark_that_tells_another_format_than_the_sidecar_is_ESTALE()
    {
        using var pi = new PiFile(Format, 4);
        using var device = ProtectedDevice.Open(pi.Path);
        var mark = new ProtectionMark(device.Id, new PiFormat(PiType.Type2, PiGuard.Crc16));
        Assert.Equal(0, Libc.SetXattr(pi.Fd, ProtectionMark.XattrName, mark.ToBytes(Path.GetFileName(pi.SidecarPath))));

        Fails(pi, Errno.ESTALE, "is foreign");
    }

    [Fact, Requirement("ATTR-8")]
    public void Something_else_in_the_place_of_the_sidecar_is_EUCLEAN_and_never_waited_for()
    {
        using var pi = new PiFile(Format, 4);
        File.WriteAllBytes(pi.SidecarPath, new byte[8192]);
        Fails(pi, Errno.EUCLEAN, "is damaged");

        File.Delete(pi.SidecarPath);
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [pi.SidecarPath]))
        {
            mkfifo.WaitForExit();
            Assert.Equal(0, mkfifo.ExitCode);
        }

        Fails(pi, Errno.EUCLEAN, "is damaged");
    }

    [Fact, Requirement("ATTR-8")]
    public void A_pair_that_is_moved_together_stays_a_pair()
    {
        using var pi = new PiFile(Format, 4);
        pi.Fill(1);
        var directory = Directory.CreateDirectory($"{pi.Path}.moved").FullName;
        var moved = System.IO.Path.Combine(directory, System.IO.Path.GetFileName(pi.Path));
        File.Move(pi.Path, moved);
        File.Move(pi.SidecarPath, $"{moved}.pi");

        using (var device = ProtectedDevice.Open(moved))
        {
            Assert.Equal(0ul, device.Scrub());
        }

        // The descriptor of before follows the file.
        Assert.Equal(4 * 512, pi.Read(0, 4, PiFile.AllChecks, 7, 0).Res);
        Directory.Delete(directory, recursive: true);
    }

    [Fact, Requirement("ATTR-8")]
    public void Protecting_a_file_keeps_what_it_holds_and_never_cuts_or_overwrites()
    {
        using var file = new ScratchFile(content: ScratchFile.Pattern(700));
        var sidecar = $"{file.Path}.pi";
        File.WriteAllText(sidecar, "somebody's");

        Assert.Equal(Errno.EEXIST, Assert.Throws<Aio2Exception>(() => ProtectedDevice.Create(file.Path, 1024, Format, force: false)).Errno);
        Assert.Equal("somebody's", File.ReadAllText(sidecar));
        Assert.Equal(ScratchFile.Pattern(700), File.ReadAllBytes(file.Path));
        File.Delete(sidecar);
        Assert.Equal(Errno.EINVAL, Assert.Throws<Aio2Exception>(() => ProtectedDevice.Create(file.Path, 512, Format, force: false)).Errno);
        Assert.Equal(Errno.EINVAL, Assert.Throws<Aio2Exception>(() => ProtectedDevice.Create(file.Path, 1000, Format, force: false)).Errno);

        using (var device = ProtectedDevice.Create(file.Path, 1024, Format, force: false))
        {
            Assert.Equal((2ul, 0ul), (device.Intervals, device.Scrub()));
        }

        Assert.Equal([.. ScratchFile.Pattern(700), .. new byte[324]], File.ReadAllBytes(file.Path));
        Assert.Equal(Errno.EEXIST, Assert.Throws<Aio2Exception>(() => ProtectedDevice.Create(file.Path, 1024, Format, force: false)).Errno);
        ProtectedDevice.Create(file.Path, 4096, new PiFormat(PiType.Type3, PiGuard.Crc64, 4096), force: true).Dispose();
        File.Delete(sidecar);
    }

    [Fact, Requirement("ATTR-8")]
    public void The_mark_reads_back_and_nothing_else_does()
    {
        foreach (var format in PiFile.Formats)
        {
            var mark = new ProtectionMark((UInt128)7 << 100, format);
            var text = mark.ToBytes("a name.pi");
            Assert.True(ProtectionMark.TryParse(text, out var read, out var name));
            Assert.Equal((mark, "a name.pi"), (read, System.Text.Encoding.UTF8.GetString(name)));
            for (var cut = 0; cut <= text.AsSpan().IndexOf("a name"u8); cut++)
            {
                Assert.False(ProtectionMark.TryParse(text.AsSpan(0, cut), out _, out _));
            }

            for (var at = 0; at < text.AsSpan().IndexOf("a name"u8); at++)
            {
                // Another byte is another mark or none: never the same one.
                var changed = text.ToArray();
                changed[at] ^= 0x1;
                Assert.False(ProtectionMark.TryParse(changed, out var other, out _) && other == mark, $"byte {at}");
            }
        }
    }

    private static void Fails(PiFile pi, int errno, string words)
    {
        var (res, status, answer) = pi.Read(0, 1, PiFile.AllChecks, 7, 0);
        Assert.Equal((-errno, -errno, 0u), (res, status, answer.Check));
        Assert.Equal(-errno, pi.Write(0, 1, 0, 7, 0).Res);
        var told = Assert.Throws<Aio2Exception>(() => ProtectedDevice.Open(pi.Path));
        Assert.Equal(errno, told.Errno);
        Assert.Contains(words, told.Message);
        Assert.Contains(pi.Path, told.Message);
    }
}
