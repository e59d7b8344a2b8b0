// Package pincode is what opens an ouderkaart: the code that is printed on it, and
// the PIN that is said at the desk or chosen by its holder.
//
// A parent types them on a telephone, from paper, in whatever script its keyboard
// has. So a code is read with the letters that look like digits, and a PIN in Latin,
// Arabic or Persian figures. What keeps strangers out is not their length but the
// number of tries, which bot counts; here a try is made slow, costs the same for a
// card that is not there, and a PIN that everybody tries first is turned down.
//
// It is pure but for crypto/rand, and imports nothing of ours. It must never import
// bot, a store or a clock: how often and until when is not known here.
package pincode
