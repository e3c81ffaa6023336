using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Models.Embeddings;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>How the encoder's trainer works.</summary>
public sealed record DssmTrainerOptions
{
    /// <summary>The sizes of the encoder.</summary>
    public DssmShape Shape { get; init; } = new();

    /// <summary>Passes over the examples at most. Default 8.</summary>
    [Range(1, 1000)]
    public int Epochs { get; init; } = 8;

    /// <summary>Examples of a batch; each item is a negative of the other queries. Default 128.</summary>
    [Range(2, 8192)]
    public int BatchSize { get; init; } = 128;

    /// <summary>Step size of Adagrad. Default 0.02.</summary>
    [Range(1e-6, 10)]
    public double LearningRate { get; init; } = 0.02;

    /// <summary>Steepness of the softmax over cosines (γ of Huang et al. 2013, section 3.3). Default 16.</summary>
    [Range(0.1, 1000)]
    public double Smoothing { get; init; } = 16;

    /// <summary>Given negatives of an example that a batch takes, drawn anew in every pass. Default 2.</summary>
    [Range(0, 64)]
    public int GivenNegatives { get; init; } = 2;

    /// <summary>Hard negatives of an example: items that the encoder itself puts near the query, drawn anew from the second pass on. Default 1; 0 = none.</summary>
    [Range(0, 64)]
    public int MinedNegatives { get; init; } = 1;

    /// <summary>
    /// Share of queries, by a hash of their text, that is not learned from and decides after which pass the encoder was best. Default 0.05;
    /// 0 = the last pass counts. With fewer than 20 such queries the last pass counts too.
    /// </summary>
    [Range(0, 0.5)]
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>Seeds the first weights, the order and the draws. Same examples, options and seed: same bytes.</summary>
    public ulong Seed { get; init; } = 1;
}
