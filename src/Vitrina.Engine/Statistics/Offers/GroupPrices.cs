using Vitrina.Engine.Catalog;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics.Offers;

/// <summary>The lowest price in each match group, among active items.</summary>
/// <remarks>One writer; a function of the catalogue. Cost of a change: the group's size where the lowest price went away, else constant.</remarks>
internal sealed class GroupPrices(OfferTraits traits)
{
    private readonly Dictionary<int, Dictionary<int, double>> _members = [];
    private readonly PagedArray<double> _lowest = new(6);

    public void Apply(Item? before, Item after)
    {
        var (oldGroup, newGroup) = (before is null ? -1 : GroupOf(before), GroupOf(after));
        if (oldGroup >= 0 && (oldGroup != newGroup || !traits.PriceOf(before!).Equals(traits.PriceOf(after))))
        {
            Remove(oldGroup, after.Ordinal);
        }

        if (newGroup >= 0)
        {
            if (!_members.TryGetValue(newGroup, out var members))
            {
                _members[newGroup] = members = [];
            }

            var price = traits.PriceOf(after);
            members[after.Ordinal] = price;
            Set(newGroup, members.Count == 1 ? price : Math.Min(price, _lowest[newGroup]));
        }
    }

    // -1 for items that nobody can buy.
    private int GroupOf(Item item) => item.IsActive && OfferState.IsValid(OfferAxis.Price, traits.PriceOf(item)) ? traits.GroupOf(item) : -1;

    private void Remove(int group, int item)
    {
        if (_members.TryGetValue(group, out var members) && members.Remove(item, out var price) && price <= _lowest[group])
        {
            Set(group, members.Count == 0 ? double.NaN : members.Values.Min());
        }
    }

    private void Set(int group, double lowest)
    {
        _lowest.EnsureCount(group + 1);
        if (!_lowest[group].Equals(lowest))
        {
            _lowest.Edit(group) = lowest;
        }
    }

    public PagedView<double> Freeze() => _lowest.Freeze();

    public PagedView<double> Live() => _lowest.Live();
}
