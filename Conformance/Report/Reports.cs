using AioV2.Conformance.Run;

namespace AioV2.Conformance.Report;

/// <summary>A verdict in the format asked for.</summary>
public static class Reports
{
    /// <summary>The report's text.</summary>
    /// <exception cref="ArgumentException">An unknown format.</exception>
    public static string Of(Verdict verdict, string format) => format switch
    {
        "text" => TextReport.Of(verdict),
        "json" => JsonReport.Of(verdict),
        "junit" => JUnitReport.Of(verdict),
        "html" => HtmlReport.Of(verdict),
        _ => throw new ArgumentException($"unknown format {format}", nameof(format)),
    };
}
