using AioV2.Abi;
using AioV2.Kernel.Engines;
using AioV2.Kernel.Requests;
using AioV2.Kernel.Submission;

namespace AioV2.Kernel.Attributes;

/// <summary>What the kernel does for one attribute type. Adding an attribute is an entry of the spec, one class like
/// this, named after it, and one test file: docs/adding-an-attribute.md.</summary>
/// <remarks>Payloads are the kernel's copy, zero-extended to the known size (ATTR-4). <c>ret</c> is the return inside the
/// event, prefilled with <c>-EOPNOTSUPP</c> (ATTR-2); it is null with NORETURN. Handlers have no state: they run on any
/// thread, for many requests at once, and allocate nothing.</remarks>
internal abstract unsafe class AttributeHandler
{
    protected AttributeHandler(ushort type) => Info = Aio2Catalog.Attribute(type)!.Value;

    /// <summary>What the spec says of the attribute.</summary>
    public AttrInfo Info { get; }

    /// <summary>Which hooks a request with this attribute needs: HooksAtIssue (or HooksInEngine), HooksAtComplete.</summary>
    public virtual RequestTraits Hooks => RequestTraits.None;

    /// <summary>Whether <see cref="AtHotReads"/> is all that the attribute asks of a read that ends inside the call that submits it. Then
    /// no value of its payload is refused.</summary>
    public virtual bool KnowsHotReads => false;

    /// <summary>Judges a payload's values, before anything is accepted.</summary>
    public virtual AttributeFault Validate(byte* payload, in OpInfo op) => AttributeFault.None;

    /// <summary>The request is accepted. For an operation without a descriptor <paramref name="file"/> is null, and this runs
    /// under the context's lock.</summary>
    public virtual void AtSubmit(Request* r, byte* payload, Aio2AttrRet* ret, DescriptorEntry* file)
    {
    }

    /// <summary>The engine begins it.</summary>
    public virtual void AtIssue(Request* r, byte* payload, Aio2AttrRet* ret, int fd)
    {
    }

    /// <summary>Its result is decided and stands in <see cref="Request.Res"/>; nothing is published yet.</summary>
    public virtual void AtComplete(Request* r, byte* payload, Aio2AttrRet* ret)
    {
    }

    /// <summary>Whether it wants to know when each of them began and ended.</summary>
    public virtual bool TimesHotReads => false;

    /// <summary>What all reads of a file that end so have in their returns. Those have status 0 and a payload of zeroes. False: none can,
    /// of this file.</summary>
    public virtual bool BeforeHotReads(int fd, scoped ref HotFile file, scoped ref DescriptorTable descriptors, Aio2AttrRet* ret) => true;

    /// <summary>Some have ended so. Under the context's lock.</summary>
    /// <param name="reads">Which.</param>
    /// <param name="payload">The first one's.</param>
    /// <param name="ret">The first one's.</param>
    public virtual void AtHotReads(in HotReads reads, byte* payload, Aio2AttrRet* ret)
    {
    }
}
