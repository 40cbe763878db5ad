using System.Runtime.InteropServices;
using AioV2.Kernel.Contexts;
using AioV2.Kernel.Requests;

namespace AioV2.Kernel.Tests.Attributes;

/// <summary>The heap of deadlines against a sorted list.</summary>
public sealed unsafe class DeadlineHeapTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public void It_gives_what_a_sorted_list_gives(int seed)
    {
        const int Requests = 300, Steps = 20000;
        var random = new Random(seed);
        var memory = (Request*)NativeMemory.AllocZeroed(Requests, (nuint)sizeof(Request));
        var heap = default(DeadlineHeap);
        var model = new Dictionary<int, long>();
        for (var step = 0; step < Steps; step++)
        {
            var i = random.Next(Requests);
            if (random.Next(10) == 0)
            {
                var now = (long)random.Next(1000);
                var due = heap.TakeDue(now);
                var expected = model.Count == 0 || model.Values.Min() > now ? -1 : model.Values.Min();
                Assert.Equal(expected, due == null ? -1 : model[(int)(due - memory)]);
                _ = due != null && model.Remove((int)(due - memory));
            }
            else if (model.Remove(i))
            {
                heap.Remove(memory + i);
            }
            else
            {
                model[i] = random.Next(1000);
                Assert.True(heap.TryAdd(memory + i, model[i]));
            }

            Assert.Equal(model.Count, heap.Count);
            Assert.Equal(model.Count == 0 ? DeadlineHeap.Never : model.Values.Min(), heap.Earliest);
        }

        for (var i = 0; i < Requests; i++)
        {
            Assert.Equal(model.ContainsKey(i), memory[i].DeadlinePlace != 0);
        }

        while (heap.TakeDue(DeadlineHeap.Never - 1) != null)
        {
        }

        heap.Dispose();
        NativeMemory.Free(memory);
    }
}
