using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Journal;

/// <summary>
/// The bytes of a checkpoint's section at one moment: what is small is written at once, what is large is frozen and written when the file is, on another thread, so
/// that whoever applies entries goes on.
/// </summary>
/// <remarks>Filled by the state's one writer; written once, by any thread.</remarks>
public sealed class FrozenSection
{
    private readonly List<Action<ByteWriter>> _parts = [];
    private readonly ByteWriter _now = new();

    /// <summary>Takes what is written at once.</summary>
    public ByteWriter Now => _now;

    /// <summary>Adds bytes that are made later, of what cannot change any more.</summary>
    public void Later(Action<ByteWriter> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        KeepWritten();
        _parts.Add(write);
    }

    /// <summary>Writes everything, in the order in which it was added.</summary>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        KeepWritten();
        var writer = new ByteWriter();
        foreach (var part in _parts)
        {
            writer.Clear();
            part(writer);
            stream.Write(writer.Written);
        }
    }

    /// <summary>Freezes and writes in one go.</summary>
    public static void Write(ByteWriter writer, Action<FrozenSection> freeze)
    {
        ArgumentNullException.ThrowIfNull(freeze);
        var section = new FrozenSection();
        freeze(section);
        section.KeepWritten();
        foreach (var part in section._parts)
        {
            part(writer);
        }
    }

    private void KeepWritten()
    {
        if (_now.Length > 0)
        {
            var bytes = _now.ToArray();
            _now.Clear();
            _parts.Add(writer => writer.WriteBytes(bytes));
        }
    }
}
