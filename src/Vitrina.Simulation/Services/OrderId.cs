using System.Globalization;

namespace Vitrina.Simulation.Services;

/// <summary>The ids of orders and specialists in documents. An order's id tells its need, so that truth can be asked of any order.</summary>
internal static class OrderId
{
    public static string Of(long key, long needKey) =>
        key == needKey ? string.Create(CultureInfo.InvariantCulture, $"o{key}") : string.Create(CultureInfo.InvariantCulture, $"o{key}-{needKey}");

    /// <summary>Reads an order's id.</summary>
    /// <exception cref="ArgumentException">It is no order's.</exception>
    public static (long Key, long NeedKey) Read(string id)
    {
        var text = id.AsSpan();
        if (text is ['o', .. var rest])
        {
            var cut = rest.IndexOf('-');
            if (long.TryParse(cut < 0 ? rest : rest[..cut], NumberStyles.None, CultureInfo.InvariantCulture, out var key))
            {
                var needKey = key;
                if (cut < 0 || long.TryParse(rest[(cut + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out needKey))
                {
                    return (key, needKey);
                }
            }
        }

        throw new ArgumentException($"The world has no order '{id}'.", nameof(id));
    }

    public static string OfSpecialist(int specialist) => string.Create(CultureInfo.InvariantCulture, $"s{specialist}");
}
