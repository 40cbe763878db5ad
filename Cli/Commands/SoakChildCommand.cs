using System.CommandLine;
using AioV2.Cli.Soak;

namespace AioV2.Cli.Commands;

/// <summary>The child of <c>aio2 soak</c>, which may crash; hidden.</summary>
public sealed class SoakChildCommand : ICliCommand
{
    private const string Name = "soak-child";

    /// <inheritdoc/>
    public Command Create()
    {
        var journal = new Argument<string>("journal");
        var seed = new Argument<ulong>("seed");
        var time = new Argument<long>("milliseconds");
        var engine = new Argument<string>("engine");
        var episode = new Argument<string>("episode");
        var record = new Argument<string>("record");
        var command = new Command(Name, "What aio2 soak starts.") { journal, seed, time, engine, episode, record };
        command.Hidden = true;
        command.SetAction((parsed, stop) =>
        {
            var number = long.Parse(parsed.GetValue(episode)!.TrimStart('e'), System.Globalization.CultureInfo.InvariantCulture);
            var options = new SoakOptions(parsed.GetValue(seed), TimeSpan.FromMilliseconds(parsed.GetValue(time)), parsed.GetValue(engine)!, number,
                parsed.GetValue(record) is { Length: > 1 } path ? path[1..] : null);
            return Task.FromResult(SoakChild.Run(options, parsed.GetValue(journal)!, Self(), stop));
        });
        return command;
    }

    /// <summary>The command line that starts this program as a child.</summary>
    internal static IReadOnlyList<string> Self()
    {
        var file = Environment.ProcessPath ?? throw new CliException("the program does not know its own path");
        return Path.GetFileNameWithoutExtension(file) == "dotnet" ? [file, Environment.GetCommandLineArgs()[0], Name] : [file, Name];
    }
}
