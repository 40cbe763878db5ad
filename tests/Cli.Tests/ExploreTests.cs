namespace AioV2.Cli.Tests;

/// <summary><c>aio2 explore</c>; what the page does is tested in Chromium.</summary>
public sealed class ExploreTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Makes_one_page_with_links_from_it_into_the_sources()
    {
        var told = Aio2Command.Run("explore", "-o", _folder["abi.html"], "--source", Repository.Root, "--spec", $"{Repository.Root}/Spec/aio2.yaml").ShouldSucceed().Output;
        var page = File.ReadAllText(_folder["abi.html"]);

        Assert.Matches(@"abi\.html: \d+ structs, \d+ attributes, \d+ requirements, \d{4} answers to 'what if'\n$", told);
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains($"\"base\":\"{Path.GetRelativePath(_folder.Path, Repository.Root)}/\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/*meta*/", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_lead_to_where_the_sources_are_published()
    {
        Aio2Command.Run("explore", "-o", _folder["abi.html"], "--source", Repository.Root, "--links", "https://example.org/aio2/blob/main").ShouldSucceed();

        Assert.Contains("\"base\":\"https://example.org/aio2/blob/main/\"", File.ReadAllText(_folder["abi.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_so_where_there_are_no_sources()
    {
        var told = Aio2Command.RunIn(_folder.Path, "explore", "-o", _folder["abi.html"]).ShouldSucceed().Output;

        Assert.EndsWith("; no sources to link to\n", told, StringComparison.Ordinal);
        Assert.Contains("\"links\":null", File.ReadAllText(_folder["abi.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_read_or_written_is_told()
    {
        File.WriteAllText(_folder["broken.yaml"], "spec: 1\n");
        var broken = Aio2Command.Run("explore", "-o", _folder["abi.html"], "--spec", _folder["broken.yaml"]);

        Assert.Equal(1, broken.ExitCode);
        Assert.All(broken.Error.TrimEnd('\n').Split('\n'), line => Assert.StartsWith("aio2: broken.yaml:1:", line, StringComparison.Ordinal));
        Aio2Command.Run("explore", "-o", _folder["abi.html"], "--source", _folder.Path).ShouldFail(1, "holds no io_setup2.md");
        Aio2Command.Run("explore", "-o", _folder["missing/abi.html"]).ShouldFail(1, "missing");
        Aio2Command.Run("explore").ShouldFail(2, "--output");
        Assert.Contains("Examples:\n  aio2 explore -o abi.html\n", Aio2Command.Run("explore", "--help").Output, StringComparison.Ordinal);
    }
}
