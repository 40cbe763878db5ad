using System.Diagnostics;
using System.Globalization;
using AioV2.Abi;
using AioV2.Conformance.Model;

namespace AioV2.Conformance.Run;

/// <summary>CTX-1, for a library: a C program of its own that makes a context and forks.</summary>
/// <remarks>A managed runtime does not survive a fork, so the child of the suite cannot do it.</remarks>
public static class ForkCheck
{
    private const int PatienceMs = 60_000;

    private const string Program = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <stdint.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/wait.h>
        #include <unistd.h>

        static long (*setup)(uint32_t, uint32_t, void *, size_t);
        static long (*destroy)(uint32_t);
        static long (*submit)(uint32_t, const void *, size_t, void *);
        static long (*getevents)(uint32_t, void *, size_t, size_t, const void *, uint32_t);
        static long (*cancel)(uint32_t, uint64_t, uint32_t);
        static long (*list)(uint32_t, uint64_t *, void *, size_t);
        static long (*ctl)(uint32_t, uint32_t, uint64_t);

        int main(int argc, char **argv)
        {
        	static unsigned char params[96], nop[48] = { 48 }, events[4096];
        	uint64_t cursor = 0;
        	uint32_t ctx;
        	int status;
        	pid_t copy;
        	void *so = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;

        	if (!so)
        		return 2;
        	*(void **)&setup = dlsym(so, "io_setup2");
        	*(void **)&destroy = dlsym(so, "io_destroy2");
        	*(void **)&submit = dlsym(so, "io_submit2");
        	*(void **)&getevents = dlsym(so, "io_getevents2");
        	*(void **)&cancel = dlsym(so, "io_cancel2");
        	*(void **)&list = dlsym(so, "io_list2");
        	*(void **)&ctl = dlsym(so, "io_ring_ctl2");
        	if (setup(2, 0, params, sizeof(params)) != 0)
        		return 3;
        	memcpy(&ctx, params + 16, 4);
        	setbuf(stdout, NULL);
        	copy = fork();
        	if (copy == 0) {
        		alarm(20);
        		printf("copy submit %ld\n", submit(ctx, nop, 48, NULL));
        		printf("copy getevents %ld\n", getevents(ctx, events, 4096, 24, NULL, 0));
        		printf("copy cancel %ld\n", cancel(ctx, 0, 0));
        		printf("copy list %ld\n", list(ctx, &cursor, events, 4096));
        		printf("copy ctl %ld\n", ctl(ctx, 2, 0));
        		printf("copy destroy %ld\n", destroy(ctx));
        		memset(params, 0, sizeof(params));
        		printf("copy setup %ld\n", setup(2, 0, params, sizeof(params)));
        		_exit(0);
        	}
        	alarm(40);
        	waitpid(copy, &status, 0);
        	printf("copy ended %d\n", status);
        	printf("parent submit %ld\n", submit(ctx, nop, 48, NULL));
        	printf("parent getevents %ld\n", getevents(ctx, events, 4096, 24, NULL, 0));
        	printf("parent destroy %ld\n", destroy(ctx));
        	_exit(0);
        }
        """;

    /// <summary>Runs it; returns the finding, or null where the requirement passed or could not be exercised.</summary>
    public static Finding? Run(string library, Tally tally)
    {
        string folder = Directory.CreateTempSubdirectory("aio2-fork-").FullName;
        try
        {
            string source = Path.Combine(folder, "fork.c"), program = Path.Combine(folder, "fork");
            File.WriteAllText(source, Program);
            if (Start("cc", source, "-o", program, "-ldl") is not { Code: 0 })
            {
                tally.Skip("CTX-1", "no C compiler here to make the program that forks");
                return null;
            }

            var run = Start(program, Path.GetFullPath(library));
            string? broken = run is null ? "the program that forks does not start" : Judge(run.Value.Code, run.Value.Output);
            if (broken is null)
            {
                tally.Pass("CTX-1");
                return null;
            }

            return new Finding(new Violation("CTX-1", broken), "a C program that forks", 0, [], run?.Output ?? "") { Program = Program + "\n" };
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What is wrong with what the program told, or null.</summary>
    private static string? Judge(int code, string output)
    {
        var told = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(l => l.Split(' ')).Where(w => w.Length == 3 && w[0] is "copy" or "parent")
            .ToDictionary(w => $"{w[0]} {w[1]}", w => long.Parse(w[2], CultureInfo.InvariantCulture));
        string? Wrong(string what, params long[] wanted) => !told.TryGetValue(what, out long got) ? $"after a fork: {what} never came back"
            : wanted.Contains(got) ? null : $"after a fork: {what} gave {got}, not {wanted[0]}";
        foreach (string call in (string[])["submit", "getevents", "cancel", "list", "ctl", "destroy"])
        {
            if (Wrong($"copy {call}", -Errno.ENXIO) is { } wrong)
            {
                return wrong;
            }
        }

        return Wrong("copy setup", 0, -Errno.ENOSYS) ?? Wrong("copy ended", 0) ?? Wrong("parent submit", Iocb2.SizeOf)
            ?? Wrong("parent getevents", IoEvent2.SizeOf) ?? Wrong("parent destroy", 0)
            ?? (code == 0 ? null : $"the program that forks ended with {code}");
    }

    private static (int Code, string Output)? Start(string file, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });
            if (process is null)
            {
                return null;
            }

            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(PatienceMs))
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }

            return (process.ExitCode, output.Result + errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
