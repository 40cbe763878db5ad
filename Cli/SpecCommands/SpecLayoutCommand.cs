using System.CommandLine;
using AioV2.Spec.Drawing;
using AioV2.Spec.Layout;
using AioV2.Spec.Model;

namespace AioV2.Cli.SpecCommands;

/// <summary><c>aio2 spec layout [STRUCT]</c>: structs drawn byte by byte (ABI-1).</summary>
internal static class SpecLayoutCommand
{
    internal static Command Create()
    {
        var name = new Argument<string?>("STRUCT") { Description = "Name of a struct; without it all are drawn.", Arity = ArgumentArity.ZeroOrOne };
        var svg = new Option<bool>("--svg") { Description = "As an SVG picture." };
        var json = new Option<bool>("--json") { Description = "As JSON: offsets, sizes, types and holes." };
        var spec = SpecOption.Create();
        var command = new Command("layout", "Draw structs: offsets, sizes, fields, rows of 8 bytes, cache lines, holes.") { name, svg, json, spec };
        command.Validators.Add(result =>
        {
            if (result.GetValue(svg) && result.GetValue(json))
            {
                result.AddError("--svg and --json exclude each other");
            }
        });
        Examples.Add(command, "aio2 spec layout io_event2", "aio2 spec layout --svg > layouts.svg", "aio2 spec layout --spec my.yaml aio2_params");
        command.SetAction(parsed => SpecOption.Run(() =>
        {
            var layouts = Chosen(SpecOption.LoadUnchecked(parsed.GetValue(spec)), parsed.GetValue(name));
            parsed.InvocationConfiguration.Output.Write(parsed.GetValue(svg) ? StructSvg.Draw(layouts)
                : parsed.GetValue(json) ? LayoutJson.Of(layouts)
                : string.Join('\n', layouts.Select(StructDrawing.Draw)));
            return ExitCode.Success;
        }));
        return command;
    }

    private static StructLayout[] Chosen(SpecDocument spec, string? name)
    {
        if (name is null)
        {
            return [.. spec.Structs.Where(s => s.Fields.Count > 0).Select(StructLayout.Of)];
        }

        return spec.Struct(name) is { Fields.Count: > 0 } found ? [StructLayout.Of(found)]
            : throw new CliException($"{spec.File} has no struct '{name}'; it has {string.Join(", ", spec.Structs.Select(s => s.Name))}");
    }
}
