using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>A kernel as a document writes it: weights of one to nine bins away, on each side.</summary>
public sealed record KernelDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Weights of shifts −1 … −9: to a cheaper or faster bin.</summary>
    [Description("Weights after a shift by 1 … 9 bins to cheaper or faster.")]
    [Range(0.0, 1.0)]
    public required IReadOnlyList<double> Down { get; init; }

    /// <summary>Weights of shifts 1 … 9: to a dearer or slower bin.</summary>
    [Description("Weights after a shift by 1 … 9 bins to dearer or slower.")]
    [Range(0.0, 1.0)]
    public required IReadOnlyList<double> Up { get; init; }

    /// <summary>A kernel's declaration.</summary>
    public static KernelDeclaration Of(TransferKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        var shifts = Enumerable.Range(1, TransferKernel.MaxShift);
        return new KernelDeclaration { Down = [.. shifts.Select(shift => kernel[-shift])], Up = [.. shifts.Select(shift => kernel[shift])] };
    }

    internal TransferKernel? Read(string path, ErrorList errors)
    {
        var before = errors.Count;
        Check(Down, path + ".down", errors);
        Check(Up, path + ".up", errors);
        return errors.Count > before ? null : TransferKernel.Of(shift => shift == 0 ? 1 : shift < 0 ? Down[-shift - 1] : Up[shift - 1]);
    }

    private void Check(IReadOnlyList<double> weights, string path, ErrorList errors)
    {
        if (weights.Count != TransferKernel.MaxShift)
        {
            errors.Add(Position, $"'{path}' has {weights.Count} weights; it must have {TransferKernel.MaxShift}, for 1 … {TransferKernel.MaxShift} bins", field: path);
        }

        for (var i = 1; i < weights.Count; i++)
        {
            if (weights[i] > weights[i - 1])
            {
                errors.Add(Position, FormattableString.Invariant($"'{path}[{i}]' is {weights[i]}, more than {weights[i - 1]} before it; weights do not rise with the distance"), field: $"{path}[{i}]");
            }
        }
    }
}

/// <summary>The kernels of one type of items.</summary>
public sealed record TypeKernelsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>The kernel over price bins; absent: the document's.</summary>
    [Description("The kernel over price bins; absent: the document's.")]
    public KernelDeclaration? Price { get; init; }

    /// <summary>The kernel over delivery bins; absent: the document's.</summary>
    [Description("The kernel over delivery bins; absent: the document's.")]
    public KernelDeclaration? Delivery { get; init; }
}

/// <summary>Strengths of priors as a document writes them.</summary>
public sealed record StrengthsDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>κ of the type, in views.</summary>
    [Description("Most pseudo-views that a type lends to a match group.")]
    [Range(0.0, 1e9)]
    public double Type { get; init; } = PriorStrengths.Default.Type;

    /// <summary>κ of the match group, in views.</summary>
    [Description("Most pseudo-views that a match group lends to an item.")]
    [Range(0.0, 1e9)]
    public double MatchGroup { get; init; } = PriorStrengths.Default.MatchGroup;
}

/// <summary>A transfer document as it stands in its file.</summary>
public sealed record TransferDeclaration : IPositioned
{
    /// <inheritdoc/>
    public SourcePosition Position { get; init; }

    /// <summary>Version of the format.</summary>
    [Description("Version of the format: 1.")]
    public required int Version { get; init; }

    /// <summary>Where the weights come from, for readers.</summary>
    [Description("Where the weights come from, in words.")]
    public string? Source { get; init; }

    /// <summary>The kernel over price bins.</summary>
    [Description("The kernel over price bins.")]
    public required KernelDeclaration Price { get; init; }

    /// <summary>The kernel over delivery bins.</summary>
    [Description("The kernel over delivery bins.")]
    public required KernelDeclaration Delivery { get; init; }

    /// <summary>Strengths of the priors.</summary>
    [Description("Strengths of the priors.")]
    public StrengthsDeclaration Strengths { get; init; } = new();

    /// <summary>Kernels of single types, by the type's name.</summary>
    [Description("Kernels of single types, by the type's name.")]
    public IReadOnlyDictionary<string, TypeKernelsDeclaration> Types { get; init; } = new Dictionary<string, TypeKernelsDeclaration>();
}
