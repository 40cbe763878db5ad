using AioV2.Abi;
using AioV2.Abi.Trace;

namespace AioV2.Cli;

/// <summary>What a failure is called on stderr: one line, or nothing for a defect of the program itself.</summary>
public static class FailureText
{
    /// <summary>The line, or null where the exception is not one that a user can act upon.</summary>
    public static string? Of(Exception exception) => exception switch
    {
        CliException or Aio2Exception or IOException or UnauthorizedAccessException or TraceFormatException => OneLine(exception.Message),
        AggregateException { InnerExceptions.Count: > 0 } many => Of(many.InnerExceptions[0]),
        _ => null,
    };

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");
}
