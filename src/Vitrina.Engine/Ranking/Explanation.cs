using System.Globalization;
using System.Text;

namespace Vitrina.Engine.Ranking;

/// <summary>How a number came about: a tree whose details add up (or lead up) to the value above them.</summary>
/// <param name="Description">What the number is.</param>
/// <param name="Value">The number.</param>
/// <param name="Details">What it was made from, the largest effect first.</param>
public sealed record Explanation(string Description, double Value, IReadOnlyList<Explanation> Details)
{
    /// <summary>A number without parts.</summary>
    public static Explanation Leaf(string description, double value) => new(description, value, []);

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, 0);
        return text.ToString();
    }

    private void Write(StringBuilder text, int depth)
    {
        text.Append(' ', depth * 2).Append(CultureInfo.InvariantCulture, $"{Value:+0.0000;-0.0000;0.0000}  {Description}").Append('\n');
        foreach (var detail in Details)
        {
            detail.Write(text, depth + 1);
        }
    }
}
