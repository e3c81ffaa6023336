namespace Vitrina.Engine.Catalog;

/// <summary>A user or a seller with its attributes: immutable.</summary>
/// <param name="Id">The id as the marketplace gave it.</param>
/// <param name="ChangedAtMs">When it last changed, Unix milliseconds.</param>
/// <param name="Attributes">The attributes of the last put.</param>
public sealed record Entity(string Id, long ChangedAtMs, IReadOnlyList<NamedValue> Attributes)
{
    /// <summary>The attribute's text, or null.</summary>
    public string? TextOf(string attribute)
    {
        foreach (var (name, value) in Attributes)
        {
            if (name == attribute)
            {
                return value.Text;
            }
        }

        return null;
    }
}
