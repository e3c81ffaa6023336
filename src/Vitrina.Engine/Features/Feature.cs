namespace Vitrina.Engine.Features;

/// <summary>Where a feature's training values come from (DESIGN, decision 5).</summary>
public enum FeatureOrigin
{
    /// <summary>Recomputed from the journal, bit-equal to what was recorded.</summary>
    Replayed,

    /// <summary>Taken from the recorded feature vectors; missing for rankings without them.</summary>
    Recorded,
}

/// <summary>One model input: a column of numbers, one per candidate. The same code fills it while serving and in training.</summary>
/// <remarks>Stateless and safe for concurrent use; allocates nothing.</remarks>
public abstract class Feature
{
    /// <summary>Makes a feature with its column name.</summary>
    protected Feature(string name, FeatureOrigin origin = FeatureOrigin.Replayed) => (Name, Origin) = (name, origin);

    /// <summary>The column's name: the kind and its parameters, unique in a vertical.</summary>
    public string Name { get; }

    /// <summary>Where training values come from.</summary>
    public FeatureOrigin Origin { get; }

    /// <summary>Fills the column.</summary>
    /// <param name="scope">The request and its candidates.</param>
    /// <param name="column">Receives one value per candidate, in the scope's order; NaN = missing.</param>
    public abstract void Compute(FeatureScope scope, Span<float> column);

    /// <summary>What an explanation adds to a candidate's value, such as where its evidence comes from; null = nothing.</summary>
    public virtual string? Remark(FeatureScope scope, int candidate) => null;
}
