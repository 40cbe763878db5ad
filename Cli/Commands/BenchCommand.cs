using System.CommandLine;
using AioV2.Bench.Harness;
using AioV2.Bench.Report;
using AioV2.Bench.Rows;

namespace AioV2.Cli.Commands;

/// <summary><c>aio2 bench</c>: measures this implementation against its peers, in turn, and reports ratios.</summary>
public sealed class BenchCommand : ICliCommand
{
    private readonly Option<bool> _quick = new("--quick") { Description = "Short legs: does everything run? The figures are rough." };

    private readonly Option<string> _rows = new("--rows")
    {
        Description = "Measure only rows whose id fits: * is any run of characters, ? is one.",
        HelpName = "GLOB",
        DefaultValueFactory = _ => "*",
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print JSON, one object for each row." };

    private readonly Option<FileInfo?> _html = new("--html") { Description = "Also write a self-contained HTML report.", HelpName = "FILE" };

    private readonly Option<bool> _list = new("--list") { Description = "List the rows and their targets; measure nothing." };

    /// <inheritdoc/>
    public Command Create()
    {
        var command = new Command("bench", "Measure against peers, in turn, and report ratios.") { _quick, _rows, _json, _html, _list };
        Examples.Add(command, "aio2 bench --quick", "aio2 bench --rows 'read/hot/*' --html report.html", "aio2 bench --list");
        command.SetAction((parsed, cancel) => Task.FromResult(Run(parsed, cancel)));
        return command;
    }

    private int Run(ParseResult parsed, CancellationToken cancel)
    {
        var quick = parsed.GetValue(_quick);
        var options = (quick ? BenchOptions.Quick : BenchOptions.Full) with { Rows = parsed.GetValue(_rows)! };
        var pattern = new RowPattern(options.Rows);
        var rows = Catalogue.All.Where(row => pattern.Matches(row.Id)).ToArray();
        if (rows.Length == 0)
        {
            throw new CliException($"no row fits '{options.Rows}' (see 'aio2 bench --list')");
        }
        if (parsed.GetValue(_list))
        {
            List(rows);
            return ExitCode.Success;
        }
        Write(Measure(options, quick, rows, cancel), parsed.GetValue(_json), parsed.GetValue(_html));
        cancel.ThrowIfCancellationRequested();
        return ExitCode.Success;
    }

    private static BenchReport Measure(BenchOptions options, bool quick, Row[] rows, CancellationToken cancel)
    {
        var machine = Machine.Here();
        using var stage = new Stage(options);
        var progress = Console.IsErrorRedirected ? (Action<Row, int, int>?)null : Show;
        var results = new Session(stage, progress).Run(rows, cancel);
        if (progress is not null)
        {
            Console.Error.Write("\r\e[K");
        }
        return new BenchReport(machine, stage.FactsOrNull(), quick, results.Count == rows.Length, results);
    }

    private static void Show(Row row, int number, int of) =>
        Console.Error.Write($"\r\e[K[{number}/{of}] {row.Id} : {row.Peer}");

    private static void Write(BenchReport report, bool json, FileInfo? html)
    {
        if (html is not null)
        {
            using var page = html.CreateText();
            HtmlReport.Write(report, page);
        }
        if (json)
        {
            using var output = Console.OpenStandardOutput();
            JsonReport.Write(report, output);
            output.WriteByte((byte)'\n');
        }
        else
        {
            TextReport.Write(report, Console.Out);
        }
    }

    private static void List(Row[] rows)
    {
        var width = rows.Max(row => row.Id.Length);
        foreach (var row in rows)
        {
            var target = row.Target is { } t ? $" [{t.Text(row.Quantity)}]" : "";
            Console.WriteLine($"{row.Id.PadRight(width)}  {row.Title}; against {row.Peer}{target}");
        }
    }
}
