using Spectre.Console;

namespace AioV2.Cli.Stat;

/// <summary>Shows rounds: on a terminal one table that refreshes, elsewhere one behind the other, or lines of JSON.</summary>
internal sealed class StatDisplay(TextWriter output, bool json)
{
    // Wide enough that no cell but a file's name is ever cut where there is no terminal to fit.
    private const int PlainWidth = 200;

    /// <summary>Shows all rounds; the last table stays.</summary>
    internal async Task ShowAsync(StatRounds rounds, CancellationToken stop)
    {
        if (!json && !Console.IsOutputRedirected)
        {
            await ShowLiveAsync(rounds, stop).ConfigureAwait(false);
            return;
        }

        var plain = Plain();
        var number = 0;
        await foreach (var round in rounds.RunAsync(stop).ConfigureAwait(false))
        {
            number++;
            if (json)
            {
                await output.WriteLineAsync(StatJson.Of(number, round)).ConfigureAwait(false);
            }
            else
            {
                plain.Write(StatTable.Of(round));
            }

            await output.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private IAnsiConsole Plain()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = PlainWidth;
        return console;
    }

    private async Task ShowLiveAsync(StatRounds rounds, CancellationToken stop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        await console.Live(new Markup("sampling …")).StartAsync(async context =>
        {
            await foreach (var round in rounds.RunAsync(stop).ConfigureAwait(false))
            {
                context.UpdateTarget(StatTable.Of(round));
            }
        }).ConfigureAwait(false);
    }
}
