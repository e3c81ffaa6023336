using System.ComponentModel.DataAnnotations;

namespace Vitrina.Engine.Indexing.Text;

/// <summary>How texts are weighed and how the index keeps itself in shape.</summary>
internal sealed class TextIndexOptions
{
    /// <summary>Weight of each field, in the order of the fields, above 0. Default: one field of weight 1.</summary>
    public IReadOnlyList<float> FieldBoosts { get; init; } = [1f];

    /// <summary>How fast repeated words stop counting; 0 counts presence only. Default 1.2: Robertson and Zaragoza 2009, section 3.4.1, find 1.2 to 2 good.</summary>
    [Range(0, 100)]
    public float K1 { get; init; } = 1.2f;

    /// <summary>How much a long text is discounted, 0 (not at all) to 1. Default 0.75: Robertson and Zaragoza 2009, section 3.4.1, find 0.5 to 0.8 good.</summary>
    [Range(0, 1)]
    public float B { get; init; } = 0.75f;

    /// <summary>Whether segments are merged inside <see cref="TextIndex.Freeze"/>; else a background task merges them. Answers are the same. Default false.</summary>
    public bool IsMergingSynchronous { get; init; }
}
