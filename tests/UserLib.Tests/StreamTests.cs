using System.IO.Pipes;
using System.Text;
using AioV2.Abi;
using AioV2.Tests;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Win32.SafeHandles;

namespace AioV2.UserLib.Tests;

/// <summary><see cref="AioStream"/> in the place of a <see cref="FileStream"/>.</summary>
public sealed class StreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact, Requirement("ISSUE-1")]
    public void It_does_what_a_FileStream_does()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        var step = from what in Gen.Choose(0, 9) from number in Gen.Choose(-300, 2_000) select (what, number);
        var law = Prop.ForAll(step.ListOf().Select(list => list.ToArray()).ToArbitrary(), steps =>
        {
            using var one = new TestFile(1_000);
            using var other = new TestFile(1_000);
            using var ours = new AioStream(context, one.Handle, leaveOpen: true);
            using var theirs = new FileStream(other.Handle, FileAccess.ReadWrite, bufferSize: 0);
            foreach (var (what, number) in steps)
            {
                Assert.Equal(Outcome(theirs, what, number), Outcome(ours, what, number));
            }

            Assert.Equal(other.OnDisk(), one.OnDisk());
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(1, 3), law);
    }

    [Fact]
    public async Task Copying_and_text_work_as_with_any_stream()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var source = new TestFile(1_000_000);
        using var target = new TestFile();
        await using (var from = new AioStream(context, source.Handle, leaveOpen: true))
        await using (var to = new AioStream(context, target.Handle, leaveOpen: true))
        {
            await from.CopyToAsync(to).WaitAsync(Patience);
            await to.FlushAsync();
            Assert.Equal((1_000_000, 1_000_000), (from.Position, to.Length));
        }

        Assert.Equal(source.Content, target.OnDisk());

        using var text = new AioStream(context, target.Handle, leaveOpen: true);
        text.SetLength(0);
        text.Position = 0;
        await using (var writer = new StreamWriter(text, Encoding.UTF8, leaveOpen: true))
        {
            await writer.WriteLineAsync("Grüße");
        }

        text.Position = 0;
        using var reader = new StreamReader(text);
        Assert.Equal("Grüße", await reader.ReadLineAsync());
    }

    [Fact]
    public void It_opens_a_file_appends_and_closes_it()
    {
        using var kernel = new WatchedKernel();
        using var context = AioContext.Open(kernel);
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "one ");
            using (var stream = AioStream.Open(context, path, FileMode.Append, FileAccess.Write))
            {
                stream.Write("two"u8);
                Assert.Equal((7, false), (stream.Position, stream.CanRead));
                Assert.Contains("FileAccess.Read", Assert.Throws<NotSupportedException>(() => stream.ReadByte()).Message, StringComparison.Ordinal);
                stream.Dispose();
                Assert.True(stream.Handle.IsClosed);
                Assert.Throws<ObjectDisposedException>(() => stream.Write("three"u8));
                Assert.Throws<ObjectDisposedException>(stream.Flush);
            }

            Assert.Equal("one two", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_file_that_stays_open_stays_open()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var file = new TestFile(10);
        await using (new AioStream(context, file.Handle, leaveOpen: true))
        {
        }

        Assert.False(file.Handle.IsClosed);
        await using (new AioStream(context, file.Handle))
        {
        }

        Assert.True(file.Handle.IsClosed);
        Assert.Throws<ArgumentException>(() => new AioStream(context, file.Handle));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failure_is_an_IOException_that_tells_the_errno(bool asynchronous)
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        await using var full = AioStream.Open(context, "/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var error = asynchronous
            ? await Assert.ThrowsAsync<IOException>(async () => await full.WriteAsync(new byte[10]))
            : Assert.Throws<IOException>(() => full.Write(new byte[10]));
        Assert.Equal(Errno.ENOSPC, Assert.IsType<Aio2Exception>(error.InnerException).Errno);
    }

    [Fact, Requirement("CANCEL-1")]
    public async Task A_pipe_is_a_stream_without_a_position_whose_reads_can_be_cancelled()
    {
        using var kernel = new WatchedKernel();
        await using var context = AioContext.Open(kernel);
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        await using var output = new AioStream(context, new SafeFileHandle(reader.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false));
        await using var input = new AioStream(context, new SafeFileHandle(reader.SafePipeHandle.DangerousGetHandle(), ownsHandle: false));
        Assert.Equal((false, true, false), (input.CanSeek, input.CanRead, input.CanWrite));
        Assert.Throws<NotSupportedException>(() => input.Position);

        using var stop = new CancellationTokenSource();
        var stopped = input.ReadAsync(new byte[10], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped.WaitAsync(Patience));

        await output.WriteAsync("abc"u8.ToArray());
        await output.FlushAsync();
        var buffer = new byte[10];
        Assert.Equal(3, await input.ReadAsync(buffer).AsTask().WaitAsync(Patience));
        Assert.Equal("abc"u8, buffer.AsSpan(0, 3));
    }

    // One step, told as text: what it gave or which exception, where the stream then stands, and how long it is.
    private static string Outcome(Stream stream, int what, int number)
    {
        string result;
        try
        {
            result = Do(stream, what, number);
        }
        catch (Exception e) when (e is ArgumentException or IOException)
        {
            result = e.GetType().Name;
        }

        return $"{what}({number}): {result}, at {stream.Position} of {stream.Length}";
    }

    private static string Do(Stream stream, int what, int number)
    {
        var buffer = new byte[Math.Abs(number)];
        Array.Fill(buffer, (byte)number);
        switch (what)
        {
            case 0:
                stream.Position = number;
                return "";
            case 1:
                return $"{stream.Seek(number, SeekOrigin.Current)}";
            case 2:
                return $"{stream.Seek(number, SeekOrigin.End)}";
            case 3:
                stream.SetLength(number);
                return "";
            case 4:
                stream.Write(buffer, 0, buffer.Length);
                return "";
            case 5:
                stream.WriteAsync(buffer).AsTask().WaitAsync(Patience).GetAwaiter().GetResult();
                return "";
            case 6:
                stream.WriteByte((byte)number);
                return $"{stream.ReadByte()}";
            case 7:
                return $"{stream.Read(buffer)} {Convert.ToHexString(buffer)}";
            case 8:
                return $"{stream.ReadAsync(buffer).AsTask().WaitAsync(Patience).GetAwaiter().GetResult()} {Convert.ToHexString(buffer)}";
            default:
                return $"{stream.EndRead(stream.BeginRead(buffer, 0, buffer.Length, null, null))} {Convert.ToHexString(buffer)}";
        }
    }
}
