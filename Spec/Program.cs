using AioV2.Spec.Generate;
using AioV2.Spec.Model;
using AioV2.Spec.Parse;

// Regenerates everything that comes from aio2.yaml; with --check it only says what is stale.
var check = args is ["--check"];
if (args.Length > 0 && !check)
{
    Console.Error.WriteLine("usage: dotnet run --project Spec [-- --check]");
    return 2;
}
if (SpecGenerators.FindRoot(Directory.GetCurrentDirectory()) is not { } root)
{
    Console.Error.WriteLine("error: no AioV2.sln here or above: run this inside the repository");
    return 1;
}
try
{
    var stale = 0;
    foreach (var file in SpecGenerators.All(SpecParser.Load(Path.Combine(root, SpecGenerators.SpecPath)), root))
    {
        var path = Path.Combine(root, file.Path);
        if (File.Exists(path) && File.ReadAllText(path) == file.Text)
            continue;
        stale++;
        Console.WriteLine($"{(check ? "stale" : "wrote")} {file.Path}");
        if (check)
            continue;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, file.Text);
    }
    return check && stale > 0 ? 1 : 0;
}
catch (Exception e) when (e is SpecException or IOException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
