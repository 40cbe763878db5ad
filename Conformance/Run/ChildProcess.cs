using System.Diagnostics;
using System.IO.Pipes;
using System.Text;
using AioV2.Conformance.Calls;
using AioV2.Conformance.Journal;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Run;

/// <summary>The judge's side of a child: starts it, hands it work, notices that it died or stands still.</summary>
public sealed unsafe class ChildProcess : IDisposable
{
    private const int PollMs = 100;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private const int TailChars = 2000;
    private static readonly Lock Starting = new();

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"aio2-conform-{Guid.NewGuid():n}");
    private readonly AnonymousPipeServerStream _commands;
    private readonly AnonymousPipeServerStream _replies;
    private readonly Process _process;
    private readonly CancellationToken _stop;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _errors = new();

    /// <summary>Starts a child and waits until it is ready.</summary>
    /// <exception cref="CouldNotRunException">It could not load or make the implementation.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came first, as it may in any wait for the child.</exception>
    public ChildProcess(ChildLauncher launcher, TimeSpan limit, CancellationToken stop = default)
    {
        _stop = stop;
        Limit = limit;
        Journal = JournalFile.Create(_path);
        Journal.Patience = launcher.Patience;
        // One at a time: a child that another thread starts meanwhile would inherit these ends of the pipes, and keep them open.
        lock (Starting)
        {
            _commands = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
            _replies = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
            _process = Process.Start(StartOf(launcher)) ?? throw new CouldNotRunException($"{launcher.File} does not start");
            _commands.DisposeLocalCopyOfClientHandle();
            _replies.DisposeLocalCopyOfClientHandle();
        }

        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, e) => Keep(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(_errors, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        WaitReady();
    }

    /// <summary>The longest that one call may take.</summary>
    public TimeSpan Limit { get; }

    /// <summary>What both share.</summary>
    public JournalFile Journal { get; }

    /// <summary>What the implementation wrote to standard output, which it has no business to.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>How a child that died did so.</summary>
    public string Death { get; private set; } = "";

    /// <summary>Runs sequences; those after the first that killed the child are not run.</summary>
    public ChildEnd Sequences(IReadOnlyList<IReadOnlyList<Step>> sequences)
    {
        using var plan = new SequencePlan();
        plan.Write(sequences);
        return Begin(plan) ? Await() : ChildEnd.Crashed;
    }

    /// <summary>Begins to run sequences: false, if the child is gone. Then comes <see cref="Await"/>.</summary>
    public bool Begin(SequencePlan plan)
    {
        plan.Bytes.CopyTo(new Span<byte>(Journal.Plan, JournalFile.PlanBytes));
        (Journal.PlanLength, Journal.Argument) = (plan.Bytes.Length, plan.Sequences);
        return Begin(ChildLoop.RunSequences);
    }

    /// <summary>Waits until what was begun is done, or the child died or hangs.</summary>
    public ChildEnd Await() => AwaitReply(Limit);

    /// <summary>Runs one directed check by its number.</summary>
    public ChildEnd Directed(int number)
    {
        Journal.Argument = number;
        return Command(ChildLoop.RunDirected);
    }

    /// <summary>Runs parallel rounds of consecutive seeds.</summary>
    /// <param name="firstSeed">The first of them.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="limit">When the last one begins.</param>
    public ChildEnd Rounds(ulong firstSeed, int rounds, TimeSpan limit)
    {
        *(ulong*)Journal.Plan = firstSeed;
        *(double*)(Journal.Plan + 16) = limit.TotalMilliseconds;
        Journal.Argument = rounds;
        return Command(ChildLoop.RunRounds);
    }

    /// <summary>The answers given, by sequence.</summary>
    public List<Answer>[] Answers(int sequences) => Answer.BySequence(AnswerBytes, sequences);

    /// <summary>The answers given; gone with the next command.</summary>
    public ReadOnlySpan<byte> AnswerBytes => new(Journal.Answers, Math.Clamp(Volatile.Read(ref Journal.AnswerLength), 0, JournalFile.AnswersBytes));

    /// <inheritdoc/>
    public void Dispose()
    {
        _commands.Dispose();
        if (!_process.WaitForExit(2000))
        {
            Kill();
        }

        _replies.Dispose();
        _process.Dispose();
        Journal.Dispose();
        File.Delete(_path);
    }

    private ProcessStartInfo StartOf(ChildLauncher launcher)
    {
        var start = new ProcessStartInfo(launcher.File)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
        };
        foreach (string argument in (string[])[.. launcher.Arguments, _path, _commands.GetClientHandleAsString(), _replies.GetClientHandleAsString()])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in launcher.Environment)
        {
            start.Environment[name] = value;
        }

        // Else the runtime keeps its code from what a fork makes, and the copy dies at its first step (CTX-1).
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";

        // It lives for seconds: code that is first compiled to be profiled costs it more than it gains.
        start.Environment["DOTNET_TieredPGO"] = "0";

        // A crash is a finding, not a file.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }

    private ChildEnd Command(int command) => Begin(command) ? Await() : ChildEnd.Crashed;

    private bool Begin(int command)
    {
        Journal.Command = command;
        Journal.AnswerLength = 0;
        Journal.Done = 0;
        try
        {
            _commands.WriteByte(1);
            _commands.Flush();
        }
        catch (IOException)
        {
            _ = Died();
            return false;
        }

        return true;
    }

    private void WaitReady()
    {
        // The limit is for calls: a runtime that starts on a busy machine takes longer than any of them.
        if (AwaitReply(Limit > StartLimit ? Limit : StartLimit) == ChildEnd.Done)
        {
            return;
        }

        string why = Journal.Text.Length > 0 ? Journal.Text : Death;
        Dispose();
        throw new CouldNotRunException(why);
    }

    private ChildEnd AwaitReply(TimeSpan limit)
    {
        var poll = new Libc.PollFd { Fd = (int)_replies.SafePipeHandle.DangerousGetHandle(), Events = Libc.PollIn };
        int progress = Journal.Progress;
        var still = Stopwatch.StartNew();
        while (true)
        {
            if (_stop.IsCancellationRequested)
            {
                Kill();
                throw new OperationCanceledException(_stop);
            }

            poll.Revents = 0;
            int ready = Libc.Poll(&poll, 1, PollMs);
            if (ready > 0 && (poll.Revents & Libc.PollIn) != 0)
            {
                return _replies.ReadByte() >= 0 ? ChildEnd.Done : Died();
            }

            if (ready > 0 || _process.HasExited)
            {
                return Died();
            }

            if (Journal.Progress != progress)
            {
                progress = Journal.Progress;
                still.Restart();
            }
            else if (still.Elapsed > limit)
            {
                Kill();
                Death = string.Create(null, $"no progress for {limit.TotalSeconds:0.#} s");
                return ChildEnd.Hung;
            }
        }
    }

    private void Kill()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    private ChildEnd Died()
    {
        _process.WaitForExit(5000);
        string text = Journal.Text.Length > 0 && _process.HasExited && _process.ExitCode is ChildExit.CouldNotRun or ChildExit.JournalFull ? $": {Journal.Text}" : "";
        string errors;
        lock (_errors)
        {
            errors = _errors.Length > 0 ? $"; it wrote: {_errors.ToString().Trim()}" : "";
        }

        int code = _process.HasExited ? _process.ExitCode : -1;
        Death = (code > 128 ? $"killed by signal {code - 128}" : $"exited with code {code}") + text + errors;
        return ChildEnd.Crashed;
    }

    private static void Keep(StringBuilder to, string? line)
    {
        lock (to)
        {
            if (line is not null && to.Length < TailChars)
            {
                to.AppendLine(line);
            }
        }
    }
}
