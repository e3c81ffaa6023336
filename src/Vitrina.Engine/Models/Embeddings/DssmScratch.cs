namespace Vitrina.Engine.Models.Embeddings;

/// <summary>Memory of one encoding, for encoders of one shape. For one thread at a time.</summary>
public sealed class DssmScratch
{
    /// <summary>Makes the memory.</summary>
    public DssmScratch(DssmShape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Text = new DssmText(shape);
        Sum = new float[shape.RowSize];
        Hidden = new float[shape.HiddenSize];
    }

    internal DssmText Text { get; }

    internal float[] Sum { get; }

    internal float[] Hidden { get; }
}
