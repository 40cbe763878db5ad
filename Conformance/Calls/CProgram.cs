using System.Text;
using AioV2.Conformance.World;

namespace AioV2.Conformance.Calls;

/// <summary>A sequence as a C program that makes the same calls on the same descriptors and addresses.</summary>
/// <remarks>It includes <c>aio2_calls.h</c> and links any library that exports the nine calls. It prints what each
/// answers; judging is the reader's.</remarks>
public static class CProgram
{
    private const string Head = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <string.h>
        #include <sys/eventfd.h>
        #include <sys/mman.h>
        #include <unistd.h>
        #include <aio2_calls.h>

        """;

    /// <summary>The program's text.</summary>
    public static string Of(IReadOnlyList<Step> steps)
    {
        var text = new StringBuilder(Head);
        World(text);
        text.Append("int main(void)\n{\n\taio2_context_t ctx[4] = { 0 };\n\tworld();\n");
        for (int i = 0; i < steps.Count; i++)
        {
            text.Append($"\n\t/* {i}: {StepText.Of(steps[i]).Replace("/*", "").Replace("*/", "")} */\n");
            Statement(text, steps[i]);
        }

        return text.Append("\treturn 0;\n}\n").ToString();
    }

    private static void World(StringBuilder text)
    {
        text.Append($$"""
            static unsigned char *area(unsigned long at, size_t bytes, int prot)
            {
            	if (mprotect((void *)at, bytes, prot) != 0)
            		perror("mprotect");
            	return (unsigned char *)at;
            }

            static void place(int from, int to)
            {
            	if (dup2(from, to) < 0)
            		perror("dup2");
            	close(from);
            }

            static void world(void)
            {
            	const int rw = PROT_READ | PROT_WRITE;
            	char name[64];
            	int fd, i, ends[2];

            	if (mmap((void *)0x{{WorldLayout.Base:x}}, 0x{{WorldLayout.Reserved:x}}, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED)
            		perror("mmap");
            	area(0x{{WorldLayout.Data:x}}, {{WorldLayout.DataBytes}}, rw);
            	area(0x{{WorldLayout.Meta:x}}, {{WorldLayout.MetaBytes}}, rw);
            	area(0x{{WorldLayout.Iocbs:x}}, {{WorldLayout.IocbsBytes}}, rw);
            	area(0x{{WorldLayout.Events:x}}, {{WorldLayout.EventsBytes}}, rw);
            	area(0x{{WorldLayout.Params:x}}, {{WorldLayout.ParamsBytes}}, rw);
            	area(0x{{WorldLayout.Wait:x}}, 4096, rw);
            	area(0x{{WorldLayout.Ext:x}}, 4096, rw);
            	area(0x{{WorldLayout.ReadOnlyPage:x}}, 4096, PROT_READ);
            	fd = memfd_create("pattern", 0);
            	for (long at = 0; at < {{WorldLayout.FileBytes}}; at++) {
            		unsigned char byte = (unsigned char)(at * 31 + (at >> 8) * 7 + 1);
            		if (write(fd, &byte, 1) != 1)
            			perror("write");
            	}
            	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
            	place(open(name, O_RDONLY), {{WorldLayout.FileRo}});
            	fd = memfd_create("scratch", 0);
            	if (ftruncate(fd, {{WorldLayout.FileBytes}}) != 0)
            		perror("ftruncate");
            	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
            	place(open(name, O_WRONLY), {{WorldLayout.FileWo}});
            	place(open(name, O_RDWR), {{WorldLayout.FileRw}});
            	for (i = 0; i < {{WorldLayout.Pipes}}; i++) {
            		if (pipe(ends) != 0)
            			perror("pipe");
            		place(ends[0], {{WorldLayout.PipeRead}} + i);
            		place(ends[1], {{WorldLayout.PipeWrite}} + i);
            	}
            	for (i = 0; i < {{WorldLayout.Eventfds}}; i++)
            		place(eventfd(0, EFD_NONBLOCK), {{WorldLayout.Eventfd}} + i);
            }


            """);
    }

    private static void Statement(StringBuilder text, Step step)
    {
        switch (step)
        {
            case SetupStep s:
                string p = Put(text, WorldLayout.Params + WorldLayout.ParamsBytes - (ulong)s.Params.Length, s.Params, s.At);
                Print(text, "io_setup2", $"io_setup2({s.Version}u, 0x{s.Flags:x}u, (struct aio2_params *){p}, {s.Size}u)");
                if (s.At == Pointer.Good && s.Params.Length >= 96)
                {
                    text.Append($"\tif (((struct aio2_params *){p})->ctx != 0)\n\t\tctx[{s.Slot % Step.Slots}] = ((struct aio2_params *){p})->ctx;\n");
                }

                break;
            case DestroyStep s:
                Print(text, "io_destroy2", $"io_destroy2({Context(s.Slot)})");
                break;
            case SubmitStep s:
                string iocbs = Put(text, WorldLayout.Iocbs + WorldLayout.IocbsBytes - (uint)s.Iocbs.Length - s.Misalign, s.Iocbs, s.At);
                string ext = Put(text, WorldLayout.Ext + WorldLayout.PageBytes - Math.Clamp(s.ExtSize, 4, 4096), BitConverter.GetBytes(s.ExtSize), s.Ext);
                Print(text, "io_submit2", $"io_submit2({Context(s.Slot)}, {iocbs}, {s.Iocbs.Length}u, (struct aio2_extack *){ext})");
                break;
            case GetStep s:
                string wait = s.Wait is null ? "NULL" : Put(text, WorldLayout.Wait + WorldLayout.PageBytes - (ulong)s.Wait.Length, s.Wait, s.WaitAt);
                string events = Address(WorldLayout.Events + WorldLayout.EventsBytes - Math.Min(s.Good, WorldLayout.EventsBytes), s.At);
                Print(text, "io_getevents2", $"io_getevents2({Context(s.Slot)}, {events}, {s.Bytes}u, {s.MinBytes}u, (struct aio2_wait *){wait}, 0x{s.Flags:x}u)");
                break;
            case DrainStep s:
                text.Append($"\tfor (int n = 0; n < {s.Owed}; n++) {{\n\t\tstruct aio2_wait w = {{ .size = sizeof(w), .sec = 2 }};\n");
                text.Append($"\t\tlong got = io_getevents2({Context(s.Slot)}, (void *)0x{WorldLayout.Events:x}, 65536, 24, &w, 0);\n\t\tprintf(\"drain = %ld\\n\", got);\n\t\tif (got <= 0)\n\t\t\tbreak;\n\t}}\n");
                break;
            case PokeStep s:
                _ = Put(text, WorldLayout.Meta + s.At, s.Bytes, Pointer.Good);
                break;
            case FeedStep s:
                text.Append($"\tif (write({WorldLayout.PipeWrite + s.Pipe}, (void *)0x{WorldLayout.Data:x}, {s.Count}) < 0)\n\t\tperror(\"write\");\n");
                break;
            case ProbeStep s:
                Print(text, "io_probe2", $"io_probe2({s.What}u, {Address(WorldLayout.Events + WorldLayout.EventsBytes - s.Bytes, s.At)}, {s.Bytes}u)");
                break;
            case CtlStep s:
                Print(text, "io_ring_ctl2", $"io_ring_ctl2({Context(s.Slot)}, {s.Op}u, {s.Arg}u)");
                break;
            case CancelStep s:
                Print(text, "io_cancel2", $"io_cancel2({Context(s.Slot)}, 0x{s.UserData:x}u, 0x{s.Flags:x}u)");
                break;
        }
    }

    private static void Print(StringBuilder text, string name, string call) => text.Append($"\tprintf(\"{name} = %ld\\n\", {call});\n");

    private static string Context(byte slot) => slot < Step.Slots ? $"ctx[{slot}]" : "0x7ffffff0u";

    private static string Put(StringBuilder text, ulong address, byte[] bytes, Pointer pointer)
    {
        string at = Address(address, pointer);
        if (pointer == Pointer.Good && bytes.Length > 0)
        {
            text.Append($"\tmemcpy({at}, (unsigned char[]){{ {string.Join(", ", bytes)} }}, {bytes.Length});\n");
        }

        return at;
    }

    private static string Address(ulong good, Pointer pointer) => pointer switch
    {
        Pointer.Good => $"(void *)0x{good:x}",
        Pointer.Null => "NULL",
        Pointer.Guard => $"(void *)0x{WorldLayout.Guard:x}",
        Pointer.NonCanonical => $"(void *)0x{WorldLayout.NonCanonical:x}",
        _ => $"(void *)0x{WorldLayout.ReadOnlyPage:x}",
    };
}
