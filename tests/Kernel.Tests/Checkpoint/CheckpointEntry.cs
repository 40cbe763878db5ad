using System.Runtime.CompilerServices;

namespace AioV2.Kernel.Tests.Checkpoint;

/// <summary>Lets this program be one of the two that are checkpointed and restored.</summary>
internal static class CheckpointEntry
{
    private const string Save = "checkpoint-save", Restore = "checkpoint-restore";

#pragma warning disable CA2255 // A test program has no Main of its own to put this in.
    [ModuleInitializer]
    internal static void RunIfAsked()
#pragma warning restore CA2255
    {
        var args = Environment.GetCommandLineArgs();
        if (args.Length == 4 && args[1] is Save or Restore)
        {
            var program = new CheckpointProgram(args[2], Enum.Parse<EngineKind>(args[3]));
            Environment.Exit(args[1] == Save ? program.Save() : program.Restore());
        }
    }

    /// <summary>The command that saves, or restores, what stands in a folder.</summary>
    internal static (string Command, string[] Arguments) Command(bool isSave, string folder, EngineKind engine) =>
        (Path.Combine(AppContext.BaseDirectory, "AioV2.Kernel.Tests"), [isSave ? Save : Restore, folder, engine.ToString()]);
}
