// The part of Boost.Asio that is no template, compiled once (BOOST_ASIO_SEPARATE_COMPILATION).
// https://www.boost.org/doc/libs/1_81_0/doc/html/boost_asio/using.html

#include <boost/asio/impl/src.hpp>
