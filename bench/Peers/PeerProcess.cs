using System.Diagnostics;
using System.Globalization;
using AioV2.Bench.Harness;

namespace AioV2.Bench.Peers;

/// <summary>A peer that runs, asked over its standard input (<c>peers/peer.h</c> has the protocol).</summary>
public sealed class PeerProcess : IDisposable
{
    private readonly Process _process;

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <exception cref="PeerMissingException">It did not start.</exception>
    public PeerProcess(string program)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start) ?? throw new PeerMissingException($"{program} did not start");
        if (_process.StandardOutput.ReadLine() != "ready")
        {
            _process.Dispose();
            throw new PeerMissingException($"{program} did not get ready");
        }
    }

    /// <summary>Has it do one leg.</summary>
    /// <exception cref="BenchException">It refused, or died.</exception>
    public Reading Run(string name, long operations, string arguments)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"run {name} {operations} {arguments}");
        var start = Stopwatch.GetTimestamp();
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        var reply = _process.StandardOutput.ReadLine() ?? throw new BenchException($"the peer died at \"{line}\"");
        return PeerReply.Parse(reply) with { Spent = Elapsed.Since(start) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
